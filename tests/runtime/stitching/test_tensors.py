"""A composition as a function of tensors: the interpreter's answers, or the reason why there are none; exported."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch import Tensor

from stdcell import Catalog, interpret, parse, stitch
from stdcell.errors import RuntimeFault
from stdcell.runtime.stitching import Stitched, export_stitched

INPUTS: list[list[int]] = [[1], [6, 0, 2], [3, 3], [5, 4, 3, 2]]
HEAD = 'use circuit add as add;\nuse circuit double as double;\nuse program "stdcell/sort" (sort);\n'


def padded(inputs: list[list[int]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, inputs))
    rows = [[*row, *[0] * (longest - len(row))] for row in inputs]
    return torch.tensor(rows), torch.tensor([len(row) for row in inputs])


def stitched(text: str, catalog: Catalog) -> Stitched:
    return stitch(parse(HEAD + text, scope=catalog), catalog)


def unpadded(values: Tensor, lengths_b: Tensor) -> list[Any]:
    if values.dim() == 1:
        return list(values.tolist())
    return [row[:length] for row, length in zip(values.tolist(), lengths_b.tolist(), strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);",
        "main(xs: seq[int 0..6]) -> seq[int 0..6] = map(double, scan(add, xs, 3));",
        "main(xs: seq[int 0..6]) -> int 0..6 = fold(add, sort(xs), xs[-1]);",
        "main(xs: seq[int 0..6]) -> seq[bool] = xs == max(xs) or map(double, xs) > 3;",
        "main(xs: seq[int 0..6]) = (xs if xs mod 2 == 0 else -xs) + length - indices;",
        "main(xs: seq[int 0..6]) = selector_width(select(xs, xs, <=)) * sum(xs);",
        "step = {(0, 0): 1, (0, 1): 0, (1, 0): 0, (1, 1): 1};\n"
        "main(xs: seq[int 0..6]) = scan(step, indicator(xs > 2), 1);",
        "main(xs: seq[int 0..6]) = last(select(indices, indices, <=), xs);",
    ],
)
def test_tensors_answer_as_the_interpreter(text: str, catalog: Catalog) -> None:
    found = stitched(text, catalog)
    values_bn, lengths_b = padded(INPUTS)
    answers = unpadded(found.tensors(values_bn, lengths_b).values, lengths_b)
    assert answers == interpret(found.program, INPUTS)


def test_a_batch_of_no_examples_has_no_answers(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 4);", catalog)
    assert found.tensors(torch.zeros(0, 2, dtype=torch.int64)).values.shape == (0,)


def test_examples_without_positions_answer_with_the_initial_value(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 4);", catalog)
    assert found.tensors(torch.zeros(3, 0, dtype=torch.int64)).values.tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("main(xs: seq[int 0..6]) = xs / 2;", "<program>:4:27: .*the answers of '/' need not be whole numbers"),
        ("main(xs: seq[int 0..6]) = forall i: xs[i] > 1;", "<program>:4:27: .*a quantifier is not a fixed number"),
        ('main(xs: seq[int 0..6]) = "a" if xs == 0 else "b";', "<program>:4:27: .*a is no whole number"),
    ],
)
def test_what_tensors_of_integers_do_not_carry_is_refused_with_its_place(
    text: str, reason: str, catalog: Catalog
) -> None:
    with pytest.raises(RuntimeFault, match=reason):
        stitched(text, catalog).tensors(torch.tensor([[1]]))


@pytest.mark.parametrize(
    ("values", "lengths", "message"),
    [
        (torch.tensor([1]), None, r"expected integers of shape \(batch, position\), found torch.int64 of shape \(1,\)"),
        (torch.tensor([[0.5]]), None, "found torch.float32"),
        (torch.tensor([[7]]), None, "input 'xs': a value is not a value of int 0..6"),
        (torch.tensor([[1]]), torch.tensor([2]), "lengths are 0..1 here"),
        (torch.zeros(1, 1, dtype=torch.int64, device="meta"), None, "input 'xs' is on meta, the networks are on cpu"),
    ],
)
def test_an_input_that_is_none_is_refused(
    values: Tensor, lengths: Tensor | None, message: str, catalog: Catalog
) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);", catalog)
    with pytest.raises(RuntimeFault, match=message):
        found.tensors(values, lengths)


def test_a_value_beyond_the_length_is_never_looked_at(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);", catalog)
    assert found.tensors(torch.tensor([[2, 99]]), torch.tensor([1])).values.tolist() == [2]


def test_an_answer_that_no_network_gives_has_no_logits(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) = map(double, xs) + 1;", catalog)
    with pytest.raises(RuntimeFault, match="the answer of 'main' is computed by no network"):
        found.logits(torch.tensor([[1]]))


def test_an_exported_composition_answers_the_same_for_any_batch(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, map(double, xs), 0);", catalog)
    written = io.BytesIO()
    torch.export.save(export_stitched(found, 2), written)
    written.seek(0)
    module = torch.export.load(written).module()
    values_bn, lengths_b = padded([[1, 2], [6], [5, 5]])
    assert module([values_bn], lengths_b).tolist() == [6, 5, 6]
    with pytest.raises(RuntimeError, match=r"input 'xs': a value is not a value of int 0\.\.6"):
        module([values_bn + 6], lengths_b)


def test_a_program_that_cannot_be_exported_says_why(catalog: Catalog) -> None:
    with pytest.raises(RuntimeFault, match=r"<program>:4:27: .*the answers of '/' need not be whole numbers"):
        export_stitched(stitched("main(xs: seq[int 0..6]) = xs / 2;", catalog), 2)


def test_the_weights_move_as_one_and_keep_their_names(catalog: Catalog) -> None:
    found = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);", catalog)
    again = stitched("main(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);", catalog)
    again.load_state_dict(found.to(torch.float64).to(torch.float32).state_dict())
    assert again([[1, 2, 3]]) == [6]
    assert found.to("meta").device == torch.device("meta")
