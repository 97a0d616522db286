"""Files of JSON, read member by member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.catalog.exchange.json_stream import Member, read_members
from stdcell.errors import CatalogError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def gathered(members: list[Member]) -> dict[str, Any]:
    """The document that the members are of."""
    document: dict[str, Any] = {}
    for name, key, value in members:
        if key is None:
            document[name] = value
        elif isinstance(key, int):
            document[name].append(value)
        else:
            document[name][key] = value
    return document


@given(
    document=st.dictionaries(st.sampled_from(["a", "b", "nodes"]) | st.text(), VALUES, max_size=4),
    streamed=st.sets(st.sampled_from(["a", "b", "nodes"])),
    indent=st.sampled_from([None, 0, 3]),
    ascii_only=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_what_is_read_in_members_is_what_json_reads(
    document: dict[str, Any],
    streamed: set[str],
    indent: int | None,
    ascii_only: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("json") / "file.json"
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    assert gathered(list(read_members(file, streamed))) == json.loads(text)


def test_values_are_whole_where_a_block_of_the_file_ends_within_them(tmp_path: Path) -> None:
    numbers = [round(1.25 * place, 2) for place in range(100_000)]
    (tmp_path / "file.json").write_text(json.dumps({"numbers": numbers, "after": "x" * 600_000}))
    members = list(read_members(tmp_path / "file.json", {"numbers"}))
    assert [member.value for member in members[1:-1]] == numbers
    assert members[-1] == Member("after", None, "x" * 600_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty, at character 0"),
        (b"[1]", "expected a JSON object, found '[', at character 0"),
        (b'{"a": [1, 2', "ends where ',' is due, at character 11"),
        (b'{"a": [1, ', "ends where a is due, at character 10"),
        (b'{"a": [1 2]}', "expected ',', found '2', at character 9"),
        (b'{"a": [1,]}', "a is not JSON: expecting value, at character 9"),
        (b'{"a": [{"b": tru', "a is not JSON: expecting value, at character 13"),
        (b'{"b": "unended', "b is not JSON: unterminated string starting at, at character 6"),
        (b'{"b": 1, "b": 2}', "the file has 'b' twice; keep one of them, at character 12"),
        (b'{"b": 1} {}', "expected the end of the file, found '{', at character 9"),
        (b"{1: 2}", "expected a name in quotes in the file, found 1, at character 2"),
        (b'{"b"', "ends where ':' is due, at character 4"),
        (b'{"b": ' + b"[" * 100_000, "b cannot be read: maximum recursion depth exceeded"),
        (b'{"b": ' + b"1" * 5_000 + b"}", "b cannot be read: Exceeds the limit (4300 digits)"),
        (b'{"b": "\xff"}', "is not UTF-8 text: invalid start byte; unpack it if it is compressed"),
        (b"\x1f\x8b\x08", "is not UTF-8 text"),
    ],
)
def test_a_fault_says_where_it_stands(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(CatalogError) as fault:
        list(read_members(tmp_path / "file.json", {"a"}))
    assert message in str(fault.value)
    assert str(tmp_path / "file.json") in str(fault.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.json cannot be read: No such file or directory"):
        list(read_members(tmp_path / "none.json", ()))


def test_a_fault_far_from_the_start_is_counted_from_the_start(tmp_path: Path) -> None:
    text = '{"a": [' + "1, " * 300_000 + "x"
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(CatalogError, match=r"a is not JSON: expecting value, at character 900,007"):
        list(read_members(tmp_path / "file.json", {"a"}))
