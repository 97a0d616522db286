"""The schema of traces, for machines as JSON Schema and for readers as tables; both made from the classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...runtime.tracing import Explanation, Trace

__all__ = ["json_schema", "schema_tables"]

Schema = Mapping[str, Any]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a trace."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Trace.model_json_schema(mode="serialization")}


def schema_tables() -> str:
    """A table of fields for each kind of object in a trace or an explanation, in Markdown."""
    schema = Explanation.model_json_schema(mode="serialization")
    kinds: dict[str, Schema] = schema["$defs"]
    first = {"Trace": kinds["Trace"], "Step": kinds["Step"]}
    explained = {"Explanation": schema, "Because": kinds["Because"]}
    tables = {**first, **{name: kind for name, kind in kinds.items() if name not in explained}, **explained}
    return "\n\n".join("\n".join(_table(name, kind)) for name, kind in tables.items()) + "\n"


def _table(name: str, kind: Schema) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield " ".join(kind.get("description", "").partition("\n\n")[0].split())
    yield ""
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for field, schema in kind.get("properties", {}).items():
        yield f"| `{field}` | {_type(schema)} | {schema.get('description', '')} |"


def _type(schema: Schema) -> str:
    match schema:
        case {"title": "Value" | "Input" as title, "anyOf": kinds}:
            return str(title).lower() + (" or null" if {"type": "null"} in kinds else "")
        case {"$ref": reference}:
            return str(reference).rpartition("/")[2]
        case {"const": constant}:
            return f"`{constant!r}`"
        case {"enum": constants}:
            return ", ".join(f"`{constant!r}`" for constant in constants)
        case {"discriminator": _}:
            return "an operation"
        case {"oneOf": kinds} | {"anyOf": kinds}:
            return " or ".join(dict.fromkeys(map(_type, kinds)))
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": kind}:
            return str(kind)
    return "any"
