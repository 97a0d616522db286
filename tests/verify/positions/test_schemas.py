"""Every schema is proved, by two solvers."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.verify.certificates.solvers import ask_cvc5, ask_z3
from stdcell.verify.positions.schemas import SCHEMAS, as_markdown
from stdcell.verify.solver import Query

DOCS = Path(__file__).parents[3] / "docs"
QUERIES = {
    f"{schema.name}: {place} {query.purpose}": query
    for schema in SCHEMAS.values()
    for place, query in enumerate(schema.queries)
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_question_of_a_schema_has_no_model(query: Query) -> None:
    assert ask_z3(query.text, query.steps) == "unsat"
    assert ask_cvc5(query.text) in ("unsat", "absent")


def test_only_definitions_and_the_principle_of_induction_ask_nothing() -> None:
    bare = {schema.name for schema in SCHEMAS.values() if not schema.queries}
    assert bare == {"average", "recurrence", "empty selection", "induction"}


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert (DOCS / "axioms.md").read_text(encoding="utf-8") == as_markdown()
