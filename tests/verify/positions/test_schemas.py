"""Every schema is proved, by two solvers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import z3

from stdcell.verify.positions.schemas import SCHEMAS, as_markdown
from stdcell.verify.solver import Query

DOCS = Path(__file__).parents[3] / "docs"
QUERIES = {
    f"{schema.name}: {place} {query.purpose}": query
    for schema in SCHEMAS.values()
    for place, query in enumerate(schema.queries)
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_question_of_a_schema_has_no_model(query: Query, second_answer: Callable[[str], str]) -> None:
    solver = z3.Solver()
    solver.set("rlimit", query.steps)
    solver.from_string(query.text)
    assert (str(solver.check()), second_answer(query.text)) == ("unsat", "unsat")


def test_only_definitions_and_the_principle_of_induction_ask_nothing() -> None:
    bare = {schema.name for schema in SCHEMAS.values() if not schema.queries}
    assert bare == {"average", "recurrence", "empty selection", "induction"}


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert (DOCS / "axioms.md").read_text(encoding="utf-8") == as_markdown()
