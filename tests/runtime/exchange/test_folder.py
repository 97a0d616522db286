"""A saved transformer answers as the one that was compiled, and a damaged one is not loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from stdcell.dsl import parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer
from stdcell.runtime.exchange import load_transformer, save_transformer
from stdcell.runtime.exchange.folder import MANIFEST, WEIGHTS

HISTOGRAM = "ans = selector_width(select(tokens, tokens, ==));"
FRACTIONS = 'ans = aggregate(select(indices, indices, <=), indicator(tokens == "x"));'
PROGRAMS = [
    (HISTOGRAM, "rasp", "abc", "abca"),
    (FRACTIONS, "rasp", "xyz", "xyxx"),
    ("ans = aggregate(select(indices, length - indices - 1, ==), tokens);", "rasp", [1, 0.5, 7], [1, 0.5, 7, 1]),
    ('use program "stdcell/sort" (sort); main(xs: seq[int 0..4]) = sort(xs);', "cell", None, [3, 1, 4, 1]),
    ("main(xs: seq[int 0..4]) = sum(xs);", "cell", None, [3, 1, 4, 1]),
    ("main(xs: seq[bool]) = not xs;", "cell", None, [True, False, True]),
]


def compiled(text: str, dialect: str, vocabulary: Sequence[Any] | None) -> CompiledTransformer:
    return compile_transformer(parse(text, dialect=dialect), vocabulary=vocabulary, max_length=4)


def changed(folder: Path, **fields: Any) -> None:
    """Write other fields into a manifest, as a writer would that seals it again."""
    manifest = json.loads((folder / MANIFEST).read_text()) | fields
    del manifest["sha256"]
    seal = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest | {"sha256": seal}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the transformer of a histogram."""
    save_transformer(compiled(HISTOGRAM, "rasp", "abc"), tmp_path)
    return tmp_path


@pytest.mark.parametrize(("text", "dialect", "vocabulary", "given"), PROGRAMS)
def test_a_saved_transformer_answers_and_reads_values_as_before(
    text: str, dialect: str, vocabulary: Sequence[Any] | None, given: Any, tmp_path: Path
) -> None:
    made = compiled(text, dialect, vocabulary)
    save_transformer(made, tmp_path)
    loaded = load_transformer(tmp_path)
    assert loaded([given, given[:1]]) == made([given, given[:1]])
    assert loaded.values(given) == made.values(given)
    assert loaded.residual_labels == made.residual_labels


def test_the_same_transformer_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    save_transformer(load_transformer(folder), again)
    assert [(again / name).read_bytes() for name in (WEIGHTS, MANIFEST)] == [
        (folder / name).read_bytes() for name in (WEIGHTS, MANIFEST)
    ]


def test_nothing_is_compiled_when_a_transformer_is_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stdcell.runtime.compiler.compile.Analysis", None)
    assert load_transformer(folder)(["aba"]) == [[2, 1, 2]]


def test_an_input_without_an_answer_faults_as_before(tmp_path: Path) -> None:
    save_transformer(compiled("ans = 6 / tokens_int;", "rasp", [0, 1]), tmp_path)
    with pytest.raises(RuntimeFault, match="<program>:1:7: division by zero"):
        load_transformer(tmp_path)([[1, 0]])


def test_weights_that_were_changed_are_refused(folder: Path) -> None:
    damaged = bytearray((folder / WEIGHTS).read_bytes())
    damaged[-1] ^= 1
    (folder / WEIGHTS).write_bytes(damaged)
    with pytest.raises(RuntimeFault, match=r"weights\.safetensors' is damaged: its digest is [0-9a-f]{64}, expected"):
        load_transformer(folder)


def test_a_program_that_means_something_else_is_refused(folder: Path) -> None:
    program = json.loads((folder / MANIFEST).read_text())["program"]
    changed(folder, program=program | {"text": "ans = tokens;"})
    with pytest.raises(RuntimeFault, match="the text of <program> means something else now: its digest is"):
        load_transformer(folder)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": "stdcell compiled transformer 99"}, "is of the format 'stdcell compiled transformer 99', expected"),
        ({"config": {}}, "not a transformer's configuration"),
        ({"answer": {}}, "not a compiled transformer's description: KeyError"),
        ({"weights": None}, "is damaged: its digest is"),
        ({"weights": 5}, "is damaged: its digest is"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(folder: Path, fields: dict[str, Any], message: str) -> None:
    changed(folder, **fields)
    with pytest.raises(RuntimeFault, match=message):
        load_transformer(folder)


@pytest.mark.parametrize(
    ("old", "new"), [('"scale": ', '"scale": 1'), ('"a"', '"z"'), ('"causal": false', '"causal": true')]
)
def test_a_slip_of_a_few_bytes_in_the_manifest_is_refused(folder: Path, old: str, new: str) -> None:
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(text.replace(old, new, 1))
    assert text != (folder / MANIFEST).read_text()
    with pytest.raises(RuntimeFault, match=r"transformer\.json' is damaged"):
        load_transformer(folder)


def test_text_that_is_no_manifest_is_refused(folder: Path) -> None:
    (folder / MANIFEST).write_text("{")
    with pytest.raises(RuntimeFault, match=r"transformer\.json' is damaged"):
        load_transformer(folder)


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(
        RuntimeFault, match=r"no compiled transformer in .*: there is no transformer\.json; make one with"
    ):
        load_transformer(tmp_path)
