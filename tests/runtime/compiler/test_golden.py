"""Compiled transformers give the reference outputs, on every case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stdcell.dsl import parse
from stdcell.runtime.compiler import compile_transformer

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def golden(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def cases(reference: dict[str, Any], output: str) -> list[tuple[Any, Any]]:
    return [
        (case["input"], case["output"] if "output" in case else case["outputs"][output]) for case in reference["cases"]
    ]


def outputs(reference: dict[str, Any]) -> list[str]:
    return [reference["output"]] if "output" in reference else list(reference["cases"][0]["outputs"])


def as_numbers(values: Any) -> Any:
    """A boolean of the reference may stand for 0 or 1."""
    return [value if isinstance(value, str) else pytest.approx(float(value)) for value in values]


@pytest.mark.parametrize("beginning", ["token", "sink"])
@pytest.mark.parametrize(("name", "output"), [(name, output) for name in FILES for output in outputs(golden(name))])
def test_a_compiled_transformer_gives_the_reference_outputs(name: str, output: str, beginning: str) -> None:
    reference = golden(name)
    inputs, expected = zip(*cases(reference, output), strict=True)
    vocabulary = sorted({token for given in inputs for token in given}, key=repr)
    compiled = compile_transformer(
        parse(reference["text"], dialect="rasp"),
        output=output,
        vocabulary=vocabulary,
        max_length=max(map(len, inputs)),
        beginning=beginning,
    )
    assert [as_numbers(answer) for answer in expected] == compiled(inputs)
