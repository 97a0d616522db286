"""Ways out of a text that does not parse: what its writer probably meant.

A hint is the first that a rule of `_RULES` finds; a rule looks at the token that nothing expected, at the tokens
before it, and at what would have done in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...errors import did_you_mean
from .places import Place
from .strict_hints import of_clause, of_quantifier, of_type, of_use

__all__ = ["hint_at"]

_CHOICE = "choose with `then if condition else otherwise`"
_BODY = "a body stands in braces: { return …; }"
_LOOP_BODY = "the body of a loop stands in braces: { … }"
_END_IT = "end the statement with ';'"
_STATEMENT = "a statement is written name = value;"
_COMMENT = "a comment starts with '#' and ends with its line"
_NO_LOOPS = "there are no loops: an s-op has a value at every position, and fold runs along them"
_NO_COMMANDS = "a strict program holds no commands, only statements: name = value;"
_STRICT = "that is the strict dialect: name the file .cell"
_DEFINE = "write a function: def name(x) { return …; }"
_NAME_ALONE = "write the name alone: a = 1;"
_ONE_VALUE = "give each value a name of its own: b = a + 1;"
_IMPORT = {"cell": 'write use program "file.cell" (name);', "rasp": 'write load "file";'}

_NUMBERS = ("INTEGER", "DECIMAL")
_OPERATOR = re.compile(r"[-+*/%^<>]|[=!<>]=|and|or|not|implies|mod|in|else|>>")

_CLOSING = {
    "RPAR": "close the parenthesis with ')'",
    "RSQB": "close the bracket with ']'",
    "SEMICOLON": _END_IT,
    "RBRACE": "close the brace with '}'",
}
_FIRST_WORDS = {
    **dict.fromkeys(("let", "var", "const", "val", "auto", "local"), _NAME_ALONE),
    **dict.fromkeys(("function", "func", "fn", "fun", "define", "sub", "proc", "defun"), _DEFINE),
    **dict.fromkeys(("while", "until", "repeat", "loop", "do"), _NO_LOOPS),
    **dict.fromkeys(("if", "elif", "else", "switch", "match", "case"), _CHOICE),
    "class": "there are no classes: write definitions, def name(x) { return …; }",
    "lambda": _DEFINE,
}
_CELL_WORDS = {
    "for": _NO_LOOPS,
    **dict.fromkeys(("set", "show", "examples", "full", "exit", "quit"), _NO_COMMANDS),
    "draw": "a strict program draws nothing: name the value, shown = …;",
    "print": "name what is to be shown: shown = …;",
    "requires": "a contract stands before the body: def f(x: int) requires … { … }",
    "ensures": "a contract stands before the body: def f(x: int) ensures … { … }",
}
_RASP_WORDS = {
    **dict.fromkeys(("use", "type", "requires", "ensures", "forall", "exists", "implies"), _STRICT),
    "set": 'write set example "hello"',
    "show": "write show example",
    "examples": "write examples on, or examples off",
    "full": "write full seq display on, or full seq display off",
    "print": "an expression by itself is shown: tokens;",
}
_PAIR_HINTS = {
    "**": "write '^' for a power",
    "<>": "write '!='",
    "=<": "write '<='",
    "===": "write '=='",
    "!==": "write '!='",
    ":=": "name a value with '='",
    "<-": "name a value with '='",
}


def hint_at(place: Place) -> str | None:
    """A way out of a place, if one is known."""
    return next((hint for rule in _RULES if (hint := rule(place)) is not None), None)


# The rules, the most telling first.


def _of_command(place: Place) -> str | None:
    first = place.tokens[0].type if place.tokens else ""
    if first in ("SHOW_EXAMPLE", "EXAMPLES", "DISPLAY") or (first == "SET_EXAMPLE" and place.token == ";"):
        return "a command ends with its line, without ';'"
    if place.first in ("exit", "quit") and place.token == ";":
        return "a command ends with its line, without ';'"
    return 'write set example "hello"' if first == "SET_EXAMPLE" else None


def _of_pair(place: Place) -> str | None:
    for pair, hint in _PAIR_HINTS.items():
        if place.is_pair(pair):
            return hint
    if place.is_pair("//"):
        divides = "a comment starts with '#', and (a - a % b) / b divides whole numbers"
        return divides if place.is_joined and len(place.statement) > 1 else _COMMENT
    if place.is_pair("/*"):
        return _COMMENT
    if any(place.is_pair(pair) for pair in ("++", "--", "+=", "-=", "*=", "/=", "%=")):
        return _ONE_VALUE if place.is_cell else f"write {place.first} = {place.first} + 1;"
    if place.is_pair("=>"):
        if "LBRACE" in place.accepts and "RPAR" not in place.accepts and place.last == ")":
            return "write -> before the result's type"
        is_clause = place.in_contract
        return "write 'implies'" if is_clause else "write '=' before the value"
    if place.is_pair("->") and place.follows_value and place.in_contract:
        return "write 'implies'"
    return None


def _of_other_dialect(place: Place) -> str | None:
    """What the other dialect says so."""
    if place.is_cell:
        return None
    if place.first in ("use", "type") and len(place.statement) == 1 and place.token.type != "EQUAL":
        return _STRICT
    if place.token in ("requires", "ensures", "implies") or place.last in ("forall", "exists") or place.is_pair("->"):
        return _STRICT
    if place.token == "mod" and place.follows_value:
        return "write '%'"
    if place.token == ">" and place.last == ">":
        return f"{_STRICT}; here, call the function: f(x)"
    if place.token == ":" and place.inside != "{" and place.last != ")" and place.first != "for":
        return _no_types(place)
    if place.token == "=" and place.inside == "(":
        what = "a parameter has no default here" if place.tokens[0] == "def" else "arguments are given in order here"
        return f"{what}; {_STRICT}" if place.follows_value else None
    return None


def _no_types(place: Place) -> str | None:
    if place.inside == "[":
        return "there are no slices: read one position, as in xs[0]"
    if "-" in place.tokens[:2] or (place.first in ("Example", "op") and not place.inside):
        return "that is what the reader shows, not a program"
    if place.tokens and place.tokens[-1].type == "NAME":
        return f"names have no types here; {_STRICT}"
    return None


def _of_equals(place: Place) -> str | None:
    if place.token != "=":
        return None
    if place.tokens and place.tokens[0] == "def" and place.last == ")" and not place.inside and not place.in_contract:
        return _BODY
    opening = next((at for at, token in enumerate(place.tokens) if token == "{"), 0)
    if place.inside == "{" and opening > 1 and place.tokens[opening - 1] == "=" and place.tokens[opening - 2] == ")":
        return "a body stands in braces without '=' before them"
    if place.inside == "{" and "COLON" in place.accepts:
        return "an entry is written key: value"
    if not place.is_cell and place.last == ")" and len(place.tokens) > 1 and place.tokens[1] == "(":
        return _DEFINE
    if len(place.statement) == 3 and place.statement[1] == "=" and not place.inside:
        return "compare with '==', or give each name a statement of its own"
    return "compare with '=='" if place.follows_value or place.last == "," else None


def _of_reserved(place: Place) -> str | None:
    """A word of the language where a name is expected."""
    if place.token == "=" and len(place.tokens) == 1 and re.fullmatch(r"[A-Za-z]+", place.last):
        return f"{place.last!r} is a word of the language: choose another name"
    is_word = re.fullmatch(r"[A-Za-z]+", str(place.token)) and place.token.type != "NAME"
    is_named = place.after.lstrip(" ").startswith("=") and not place.after.lstrip(" ").startswith("==")
    in_parameters = place.inside == "(" and place.tokens[0] == "def" and "{" not in place.tokens
    if is_word and (("NAME" in place.accepts and is_named and not place.inside) or in_parameters):
        return f"{str(place.token)!r} is a word of the language: choose another name"
    return None


def _of_number(place: Place) -> str | None:
    """What is written into or beside a number."""
    token = place.token
    if (
        token.type in _NUMBERS
        and re.match(r"[A-Za-z_]", place.after)
        and place.accepts >= {"NAME"}
        and not place.follows_value
    ):
        return "a name does not begin with a digit"
    if not place.tokens or place.is_next_line or token.type != "NAME" or place.tokens[-1].type not in _NUMBERS:
        return None
    if _misspelt(place):
        return None
    if place.is_joined and re.fullmatch(r"[eE]\d*", token):
        return "write the number without an exponent"
    return f"write {place.last} * {token} for a product" if "SEMICOLON" in place.accepts or place.inside else None


def _of_token(place: Place) -> str | None:
    """What is written beside a quoted token."""
    if place.token.type == "STRING" and place.is_joined and place.last in ("f", "r", "b", "F", "R", "u"):
        return f"leave out the {place.last} before the quote"
    is_behind = bool(place.tokens) and place.tokens[-1].type == "STRING" and not place.is_next_line
    if is_behind and (place.last.endswith(('\\"', "\\'")) or (place.is_joined and place.token.type == "NAME")):
        return "a token with a \" in it is quoted with ', and the other way round"
    if place.tokens and place.last in ('""', "''") and place.token.type == "STRING":
        return _COMMENT
    if place.token in ('""', "''") and place.after[:1] in ('"', "'"):
        return _COMMENT
    return None


def _of_separator(place: Place) -> str | None:
    """What separates arguments, parameters, elements, and what closes them."""
    closers = place.accepts & {"RPAR", "RSQB", "RBRACE"}
    if place.token in (")", "]", "}") and place.last == "," and "NAME" in place.accepts:
        return f"leave out the ',' before {str(place.token)!r}"
    if place.token == "for" and place.inside in ("(", "[") and (place.is_cell or place.inside == "("):
        one = "an expression has a value at every position: write xs + 1 for each x + 1"
        return one if place.is_cell else "a list is written [x for x in …]"
    if "COMMA" not in place.accepts and not place.inside:
        return None
    if place.token == ":" and place.inside == "[" and place.is_cell:
        return "there are no slices: read one position, as in xs[0]"
    if place.token == "," and place.last in ("+", "-", "*", "/") and place.inside == "(":
        return f"name a function: def add(a, b) {{ return a {place.last} b; }}"
    if place.last == "(" and place.token in ("*", "/", "%", "^", "and", "or") and place.after.lstrip().startswith(","):
        return f"name a function: def f(a, b) {{ return a {place.token} b; }}"
    if place.token == "," and place.inside == "(" and place.follows_value and "RPAR" in place.accepts:
        return "a list is written [1, 2]" if not place.is_cell else "parentheses hold one value here"
    statement = place.statement
    if place.is_cell and len(statement) > 1 and statement[1] == "(" and place.inside == "(" and "NAME" in place.accepts:
        return f"a value needs a name: y = {place.first}(…);" if statement[0].type == "NAME" else None
    if "RPAR" in place.accepts and place.token in ("->", "{") and place.inside == "(":
        return "close the parenthesis with ')'"
    if not closers or not place.follows_value:
        return None
    if place.token == ";" and ")" in place.after.split("\n")[0] and place.inside == "(":
        return "separate them with ','"
    if (
        place.token.type in ("NAME", *_NUMBERS, "STRING")
        and place.inside
        and "COMMA" in place.accepts
        and not place.is_next_line
    ):
        return _lambda(place) or "separate them with ','"
    if place.is_next_line and place.inside == "(" and place.token.type == "NAME" and re.match(r"\s*[,)]", place.after):
        return "separate them with ','"
    return None


def _lambda(place: Place) -> str | None:
    return "name a function before: def f(x) { return …; }" if place.last == "lambda" else None


def _of_body(place: Place) -> str | None:
    token, accepts = place.token, place.accepts
    if place.first == "for" and not place.is_cell and token != "for":
        if token == "(" and place.last == "for":
            return "write for x in list { … }, without parentheses"
        if "LBRACE" in accepts:
            return _LOOP_BODY
    opens_body = "LBRACE" in accepts and "RBRACE" not in accepts and "DEF" not in accepts and bool(place.tokens)
    if opens_body and (token in (":", "return") or place.is_next_line):
        return _misspelt(place) or _BODY
    if token == "return" and "RBRACE" in accepts and "for" in place.tokens:
        return "close the loop with '}'"
    if token == "}" and "RETURN" in accepts:
        return "a body ends with return …;"
    if token == ":" and place.last in ("else", "if", "in", "return"):
        return "leave out this ':'"
    if accepts == {"RBRACE"}:
        is_left = place.is_next_line or token.type == "$END"
        return "close the body with '}'" if is_left else "a body ends after its return, with '}'"
    if not place.is_cell and token == "]" and "ELSE" in accepts and "for" in place.tokens:
        return "a comprehension has no condition: leave out the 'if'"
    if token == "return" and "DEF" in accepts and "RETURN" not in accepts:
        return "'return' ends the body of a def"
    if token == "return" and not place.tokens:
        return "'return' ends the body of a def"
    return None


def _of_word(place: Place) -> str | None:
    """What a word of another language, or of the other dialect, is here."""
    words = {**_FIRST_WORDS, **(_CELL_WORDS if place.is_cell else _RASP_WORDS)}
    words |= dict.fromkeys(
        ("import", "from", "include", "require", *(["load"] if place.is_cell else [])), _IMPORT[place.dialect]
    )
    statement = place.statement
    if place.token.type == "IF" or "ELSE" in place.accepts:
        return (
            did_you_mean(str(place.token), ["else"])
            if place.token.type == "NAME" and "ELSE" in place.accepts and did_you_mean(str(place.token), ["else"])
            else _CHOICE
        )
    if place.token in words and not statement:
        return words[str(place.token)]
    if (
        statement
        and place.first in words
        and (
            len(statement) == 1
            or (len(statement) > 1 and statement[1] == "(")
            or place.first in ("set", "show", "for", "while", "else", "class")
        )
    ):
        return words[place.first]
    if place.last == "lambda":
        return _DEFINE
    if place.first == "load":
        file = place.token if place.token.type == "NAME" else "file"
        return f'write load "{file}";' if place.accepts == {"STRING"} else None
    if place.first == "draw" and place.accepts == {"LPAR"}:
        return f"write draw({place.token});"
    return _misspelt(place)


def _misspelt(place: Place) -> str | None:
    """The word of the language that a word before the token, or the token, is near to."""
    keywords = {
        "cell": ["def", "return", "use", "type"],
        "rasp": ["def", "return", "load", "draw", "for", "set", "show", "examples"],
    }[place.dialect]
    statement = place.statement
    if len(statement) == 1 and statement[0].type == "NAME" and place.token.type in ("NAME", "STRING", *_NUMBERS):
        return did_you_mean(place.first, keywords)
    names = {
        "REQUIRES": "requires",
        "ENSURES": "ensures",
        "AND": "and",
        "OR": "or",
        "IN": "in",
        "IMPLIES": "implies",
        "ELSE": "else",
        "AS": "as",
        "WHERE": "where",
        "IF": "if",
    }
    accepted = [word for terminal, word in names.items() if terminal in place.accepts]
    if place.is_next_line:
        accepted = [word for word in accepted if word in ("requires", "ensures", "else")]
    if place.token.type == "NAME" and len(place.token) > 2:
        return did_you_mean(str(place.token), accepted)
    return None


def _of_prompt(place: Place) -> str | None:
    if not place.tokens and place.token in (">>", ">"):
        return "leave out the '>>' that the reader shows"
    return None


def _of_end(place: Place) -> str | None:
    """How to end what the text, or the statement before its `;` or `}`, leaves open."""
    token, accepts = place.token, place.accepts
    if token.type in ("$END", "SEMICOLON", "RBRACE") or place.is_next_line:
        for terminal, hint in _CLOSING.items():
            if terminal in accepts:
                return hint
        if token.type == "$END" and place.inside == "{" and "RETURN" in accepts:
            return "a body ends with return …; and '}'"
    if token == ";" and accepts >= {"DEF", "NAME"} and "RETURN" not in accepts:
        return "leave out this ';'"
    if token == "not" and place.follows_value and not place.is_cell:
        return "write not (x in …)"
    if token == ";" and place.last == "=":
        return "write the value before the ';'"
    if accepts >= {"NAME", "LPAR"} and place.tokens and _OPERATOR.fullmatch(place.last):
        return f"a value is missing behind {place.last!r}"
    if token == ";" and place.last == "return":
        return "write the value: return x;"
    if token in (")", "]", "}") and ("SEMICOLON" in accepts or "DEF" in accepts):
        return f"nothing is open that this closes: leave out the {str(token)!r}"
    if "EQUAL" in accepts and token.type in ("COMPARATOR", "COLON") and "LBRACE" not in accepts and not place.inside:
        return "name a value with '='"
    if token == "{" and place.follows_value and place.tokens[-1].type == "NAME" and "SEMICOLON" in accepts:
        return f"call a function with parentheses: {place.last}(…)"
    if "EQUAL" in accepts and "LBRACE" in accepts and place.is_cell:
        return "a value needs a name: y = f(x);" if token == ";" or token.type == "$END" else "write = before the value"
    if "SEMICOLON" in accepts and place.follows_value and token.type in ("NAME", "STRING", *_NUMBERS, "DEF"):
        return "end the statement before this with ';'"
    if "EQUAL" in accepts and place.is_cell and len(place.statement) == 1:
        if token == "-" and re.match(r"\s*[A-Za-z]\w*\s*=(?!=)", place.after):
            return "a name holds letters, digits and _, no '-'"
        return "a body ends with return …;" if "{" in place.tokens else _STATEMENT
    return None


_RULES: tuple[Callable[[Place], str | None], ...] = (
    _of_command,
    _of_prompt,
    _of_reserved,
    of_use,
    _of_pair,
    _of_other_dialect,
    _of_number,
    _of_token,
    of_quantifier,
    of_type,
    of_clause,
    _of_separator,
    _of_body,
    _of_equals,
    _of_word,
    _of_end,
)
