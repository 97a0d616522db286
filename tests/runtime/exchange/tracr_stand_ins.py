"""Objects with the class names and attributes of Tracr's, written for these tests; Tracr itself is not needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any


class Expression:
    """What every expression has: a name, and the expressions that it reads."""

    children: Sequence[Expression] = ()

    def __init__(self, name: str | None = None) -> None:
        self.annotations = {} if name is None else {"name": name}
        self.name = name or type(self).__name__.lower()


class TokensType(Expression):
    pass


class IndicesType(Expression):
    pass


class LengthType(Expression):
    pass


class Full(Expression):
    def __init__(self, fill: Any) -> None:
        super().__init__()
        self.fill = fill


class ConstantSOp(Expression):
    def __init__(self, value: Sequence[Any]) -> None:
        super().__init__()
        self.value = value


class Map(Expression):
    def __init__(self, f: Callable[..., Any], inner: Expression, name: str | None = None) -> None:
        super().__init__(name)
        self.f, self.inner, self.children = f, inner, [inner]


class SequenceMap(Expression):
    def __init__(self, f: Callable[..., Any], fst: Expression, snd: Expression) -> None:
        super().__init__()
        self.f, self.fst, self.snd, self.children = f, fst, snd, [fst, snd]


class LinearSequenceMap(SequenceMap):
    def __init__(self, fst: Expression, snd: Expression, fst_fac: float, snd_fac: float) -> None:
        super().__init__(lambda x, y: fst_fac * x + snd_fac * y, fst, snd)
        self.fst_fac, self.snd_fac = fst_fac, snd_fac


class Comparison(Enum):
    EQ = "=="
    LEQ = "<="
    TRUE = "True"
    FALSE = "False"


class Selector(Expression):
    pass


class Select(Selector):
    def __init__(self, keys: Expression, queries: Expression, predicate: Any, name: str | None = None) -> None:
        super().__init__(name)
        self.keys, self.queries, self.predicate, self.children = keys, queries, predicate, [keys, queries]


class ConstantSelector(Selector):
    def __init__(self, value: Sequence[Sequence[bool]]) -> None:
        super().__init__()
        self.value = value


class SelectorAnd(Selector):
    def __init__(self, fst: Selector, snd: Selector) -> None:
        super().__init__()
        self.fst, self.snd, self.children = fst, snd, [fst, snd]


class SelectorOr(SelectorAnd):
    pass


class SelectorNot(Selector):
    def __init__(self, inner: Selector) -> None:
        super().__init__()
        self.inner, self.children = inner, [inner]


class SelectorWidth(Expression):
    def __init__(self, selector: Selector) -> None:
        super().__init__()
        self.selector, self.children = selector, [selector]


class Aggregate(Expression):
    def __init__(self, selector: Selector, sop: Expression, default: Any = None, name: str | None = None) -> None:
        super().__init__(name)
        self.selector, self.sop, self.default, self.children = selector, sop, default, [selector, sop]


TOKENS, INDICES, LENGTH = TokensType(), IndicesType(), LengthType()
