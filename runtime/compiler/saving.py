"""A compiled transformer without its weights, in JSON's own types: what reading exact values from them takes.

The program is kept as text and parsed again, because it says why an input has no answer. How its outputs are decoded,
the values of each domain and the functionals that read s-ops off the residual stream, is kept as it was compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ...dsl import Program, Scope, parse
from ...dsl.graph import SOp, topological
from ...dsl.types import Value
from ...errors import RuntimeFault, Source
from ..transformer import Transformer
from .compiled import CompiledTransformer
from .decoding import Readout
from .domains import Domain
from .stream import Functional, as_weight

__all__ = ["from_dict", "to_dict"]


def to_dict(compiled: CompiledTransformer) -> dict[str, Any]:
    """All but the transformer itself; `from_dict` reads it back."""
    vocabulary = compiled.vocabulary
    return {
        "program": _program_to_dict(compiled.program, compiled.output),
        "vocabulary": None if vocabulary is None else [_value_to_json(token) for token in vocabulary],
        "residual_labels": list(compiled.residual_labels),
        "answer": _readout_to_dict(compiled.answer),
        "readouts": {node.digest: _readout_to_dict(read) for node, read in compiled.readouts.items()},
    }


def from_dict(fields: Mapping[str, Any], module: Transformer, scope: Scope | None = None) -> CompiledTransformer:
    """Read what `to_dict` wrote.

    Args:
        fields: the dictionary.
        module: the transformer that it belongs to.
        scope: where the program's text finds the cells that it calls.

    Raises:
        RuntimeFault: if a field is missing or of the wrong kind, or the program means something else by now.
        LanguageError: if the program's text has faults by now.
    """
    try:
        program, output = _program_from_dict(fields["program"], scope)
        nodes = {node.digest: node for node in topological([program.output(output).result])}
        vocabulary = fields["vocabulary"]
        return CompiledTransformer(
            program,
            output,
            module,
            None if vocabulary is None else tuple(map(_value_from_json, vocabulary)),
            tuple(fields["residual_labels"]),
            _readout_from_dict(fields["answer"]),
            _readouts_from_dict(fields["readouts"], nodes),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuntimeFault(f"not a compiled transformer's description: {error!r}; compile the program again") from error


def _program_to_dict(program: Program, output: str | None) -> dict[str, Any]:
    return {
        "text": program.source.text,
        "name": program.source.name,
        "dialect": program.dialect,
        "output": output,
        "digest": program.output(output).digest,
    }


def _program_from_dict(fields: Mapping[str, Any], scope: Scope | None) -> tuple[Program, str | None]:
    program = parse(Source(fields["text"], fields["name"]), dialect=fields["dialect"], scope=scope)
    found = program.output(fields["output"]).digest
    if found != fields["digest"]:
        raise RuntimeFault(
            f"the text of {fields['name']} means something else now: its digest is {found}, expected "
            f"{fields['digest']}; what it imports has changed, compile it again"
        )
    return program, fields["output"]


def _readouts_from_dict(fields: Mapping[str, Any], nodes: Mapping[str, SOp]) -> dict[SOp, Readout]:
    return {nodes[digest]: _readout_from_dict(read) for digest, read in fields.items()}


def _readout_to_dict(read: Readout) -> dict[str, Any]:
    return {
        "domain": _domain_to_dict(read.domain),
        "functionals": [_functional_to_json(functional) for functional in read.functionals],
        "is_number": read.is_number,
        "error": read.error,
    }


def _readout_from_dict(fields: Mapping[str, Any]) -> Readout:
    functionals = [_functional_from_json(functional) for functional in fields["functionals"]]
    return Readout(_domain_from_dict(fields["domain"]), functionals, fields["is_number"], fields["error"])


def _functional_to_json(functional: Functional) -> list[list[Any]]:
    return [[dimension, _value_to_json(weight)] for dimension, weight in functional.items()]


def _functional_from_json(pairs: list[list[Any]]) -> Functional:
    return {dimension: as_weight(_value_from_json(weight)) for dimension, weight in pairs}


def _domain_to_dict(domain: Domain) -> dict[str, Any]:
    return {
        "values": None if domain.values is None else [_value_to_json(value) for value in domain.values],
        "is_numeric": domain.is_numeric,
        "unit": str(domain.unit),
        "count": domain.count,
        "low": str(domain.low),
        "high": str(domain.high),
    }


def _domain_from_dict(fields: Mapping[str, Any]) -> Domain:
    values = fields["values"]
    return Domain(
        None if values is None else tuple(map(_value_from_json, values)),
        fields["is_numeric"],
        Fraction(fields["unit"]),
        fields["count"],
        Fraction(fields["low"]),
        Fraction(fields["high"]),
    )


def _value_to_json(value: Value) -> Any:
    """A value; a fraction, which JSON has not, as an object."""
    return {"fraction": str(value)} if isinstance(value, Fraction) else value


def _value_from_json(value: Any) -> Any:
    return Fraction(value["fraction"]) if isinstance(value, dict) else value
