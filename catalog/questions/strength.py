"""How strong a composition is: the weakest link of what its claims rest on; and what no longer holds it up.

A verdict RESTS_ON other verdicts about the same program, and on the evidence for the contracts of its cells; of what
its claims rest on through others it names the evidence itself, so that no path has to be followed. Evidence counts for
what is known now: where something has come to speak against the same claim, it is refuted.
"""

from __future__ import annotations

from ..evidence import UNCHECKED, rank_in_cypher
from ..node import Node
from .question import Question, Row

__all__ = ["assumptions", "stale", "strength"]

_REFUTED = UNCHECKED + 1
_LINKS = f"""OPTIONAL MATCH (v)-[:RESTS_ON]->(e:Evidence)-[:ABOUT]->(c)
OPTIONAL MATCH (c)<-[:ABOUT]-(g:Evidence) WHERE g.claim = e.claim
WITH v, c, e, min({rank_in_cypher(evidence="g")}) AS standing
RETURN v.id AS id, v.claim AS claim, v.status AS status, v.scope AS scope, v.method AS method, v.event AS event,
  {rank_in_cypher(verdict="v")} AS own, c.id AS cell, c.name AS name, e.claim AS contract, standing
ORDER BY claim, id, name, cell"""


def strength(node: Node) -> Question:
    """For each claim about a program, the weakest link of what it rests on.

    Returns:
        Rows with `claim`, `status`, `scope`, `method`, `standing` (its place in `STANDINGS`: that of the weakest link),
        and `weakest`: the cell whose contract it is, None where the verdict itself is. Of several verdicts on a claim
        one against it counts, else the one with the strongest weakest link.
    """
    cypher = f"MATCH (p:{node.label} {{id: $id}})<-[:ABOUT]-(v:Verdict)\n{_LINKS}"
    return Question(cypher, {"id": node.id}, _strongest)


def assumptions(node: Node) -> Question:
    """What each verdict about a program rests on, one row each: other verdicts, contracts and evidence, by id."""
    cypher = f"""MATCH (p:{node.label} {{id: $id}})<-[:ABOUT]-(v:Verdict)-[:RESTS_ON]->(f)
RETURN v.id AS id, v.claim AS claim, f.id AS rests, coalesce(f.claim, f.ensures) AS what
ORDER BY claim, id, what, rests"""
    return Question(cypher, {"id": node.id})


def stale(node: Node | None = None) -> Question:
    """The verdicts that speak of what was replaced since, and the proofs that rest on what was refuted.

    Args:
        node: a program, whose verdicts are meant, or a cell, which their programs call; None is any.

    Returns:
        Rows with `program` and its id `of`, `claim`, `status`, the verdict's `id`, and `because`: `cell` or
        `program`, where the name `name` means another node now than the one that was verified; `contract` or
        `evidence`, where the cell `name` has come to promise something else, or what it promises was refuted.
    """
    is_program = node is None or node.label == "Program"
    program = "(p:Program {id: $id})" if node is not None and is_program else "(p:Program)"
    cell = "(c)" if is_program or node is None else f"(c:{node.label} {{id: $id}})"
    reasons = [reason.format(program=program, cell=cell) for reason in _OF_CELLS]
    cypher = "\nUNION ALL\n".join([*reasons, _OF_PROGRAMS.format(program=program)] if is_program else reasons)
    return Question(cypher, {} if node is None else {"id": node.id}, _unpinned)


_VERDICT = "p.name AS program, p.id AS of, p.text AS text, v.claim AS claim, v.status AS status, v.id AS id"
_NEWEST = f"""MATCH (b:Alias) WHERE b.name = a.name
WITH p, v, c, a.name AS name, max(b.version) AS newest
MATCH (n:Alias) WHERE n.name = name AND n.version = newest AND n.of <> c.id
RETURN DISTINCT {_VERDICT}"""
_OF_CELLS = (
    f"""MATCH (v:Verdict)-[:ABOUT]->{{program}}-[:COMPOSED_OF]->{{cell}}<-[:POINTS_TO]-(a:Alias)
{_NEWEST}, 'cell' AS because, name AS name""",
    f"""MATCH {{program}}<-[:ABOUT]-(v:Verdict)-[:RESTS_ON]->(e:Evidence)-[:ABOUT]->{{cell}}-[r:SATISFIES]->(k:Contract)
WHERE r.event > v.event
RETURN DISTINCT {_VERDICT}, 'contract' AS because, c.name AS name""",
    f"""MATCH {{program}}<-[:ABOUT]-(v:Verdict)-[:RESTS_ON]->(e:Evidence)-[:ABOUT]->{{cell}}
MATCH (c)<-[:ABOUT]-(g:Evidence) WHERE g.claim = e.claim AND {rank_in_cypher(evidence="g")} = 0 AND v.status = 'proved'
RETURN DISTINCT {_VERDICT}, 'evidence' AS because, c.name AS name""",
)
_OF_PROGRAMS = f"""MATCH (v:Verdict)-[:ABOUT]->{{program}} MATCH (c:Program)<-[:POINTS_TO]-(a:Alias) WHERE c.id = p.id
{_NEWEST}, 'program' AS because, name AS name"""


def _strongest(rows: list[Row]) -> list[Row]:
    """For each claim the verdict that decides it, with its weakest link."""
    verdicts: dict[str, Row] = {}
    for row in map(_link, rows):
        known = verdicts.get(row["id"])
        verdicts[row["id"]] = row if known is None or _weakness(row) > _weakness(known) else known
    claims: dict[str, Row] = {}
    for row in sorted(verdicts.values(), key=lambda row: (row["status"] != "refuted", _weakness(row), -row["event"])):
        claims.setdefault(row["claim"], row)
    told = ("claim", "status", "scope", "method", "standing", "weakest", "cell", "id")
    return [{name: claims[claim][name] for name in told} for claim in sorted(claims)]


def _link(row: Row) -> Row:
    """A verdict with one piece of evidence that it rests on: the weaker of the two counts."""
    own = UNCHECKED if row["own"] is None else row["own"]
    found = row["standing"]
    is_link = found is not None and own != 0 and _weakness({"standing": found}) > _weakness({"standing": own})
    return {**row, "standing": found if is_link else own, "weakest": row["name"] if is_link else None}


def _weakness(row: Row) -> int:
    """How weak a standing is: proved is strongest, refuted weakest."""
    standing: int = row["standing"]
    return _REFUTED if standing == 0 else standing


def _unpinned(rows: list[Row]) -> list[Row]:
    """The rows in order; a program that names a version means it for good."""
    kept = [row for row in rows if row["because"] != "cell" or f"{row['name']}@" not in row["text"]]
    told = sorted(kept, key=lambda row: (row["program"], row["claim"], row["because"], row["name"], row["id"]))
    return [{name: value for name, value in row.items() if name != "text"} for row in told]
