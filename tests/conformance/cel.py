"""CEL expressions of its conformance tests in the policy language, as far as it can state them.

What has no literal here is a fact that the campaign states: lists and instants. CEL null is a fact
that is missing, a truth one that is stated; `dyn` and the kinds of number have no meaning here.
Maps, messages, bytes, types, lists of several kinds, equality of lists, the remainder, an order of
texts or of truths, what texts begin with, what `map` makes, the parts of an instant, and lengths of
time that are no whole days have no counterpart: an expression with one of them does not apply.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from tests.conformance.statements import NULL, TRUTHS, Literal, comparison

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[uU]?
    | (?P<text>[a-zA-Z]*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}]))""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_BINDING = {
    **dict.fromkeys(("*", "/", "%"), 6),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4),
    "&&": 3,
    "||": 2,
    "?": 1,
}
_UNARY = 7
_WORDS = {"true": Literal(text="yes", kind="yes"), "false": Literal(text="no", kind="yes")}
_TYPES = {"number": "number", "text": "text", "yes": "yes_no", "instant": "instant"}
_QUANTIFIERS = {"exists": "any {} in {} has ({})", "all": "every {} in {}, if any, has ({})"}
_CHOSEN = "count of (each {} in {} where {}) is {}"
_DAY = 86_400
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)

Facts: TypeAlias = dict[str, tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class _Node:
    """An expression: its operator or function, or what it is, and what it applies to."""

    head: str
    parts: tuple["_Node", ...] = ()
    value: Any = None


def translated(
    expression: str, bound: Mapping[str, Any], expected: Any
) -> tuple[str, Facts] | None:
    """Return the condition that states an expression and the facts it speaks of, or None.

    `bound` are the values of free names. `expected` is what comes of it: a truth; a number that it
    is compared with; the elements that a filter leaves; None for an error. The rest does not apply.
    """
    try:
        node = _Reader(expression).expression()
        speaker = _Speaker(bound=bound)
        return speaker.whole(node, expected), speaker.facts
    except LookupError:
        return None


class _Reader:
    """Reads an expression; raises `LookupError` at what has no counterpart in any case."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if match is None:
                raise LookupError(text)
            self._tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            place = match.end()
        self._tokens.reverse()

    def expression(self) -> _Node:
        node = self._above(0)
        if self._tokens:
            raise LookupError(self._tokens)
        return node

    def _above(self, least: int) -> _Node:
        """Read an expression whose operators bind closer than `least`."""
        node = self._unary()
        while self._tokens and _BINDING.get(self._next, 0) > least:
            sign = self._take()
            if sign == "?":
                yes = self._above(0)
                self._expect(":")
                node = _Node("?", (node, yes, self._above(0)))
            else:
                node = _Node(sign, (node, self._above(_BINDING[sign])))
        return node

    def _unary(self) -> _Node:
        if self._next in ("!", "-"):
            sign = self._take()
            return _Node(f"unary {sign}", (self._above(_UNARY - 1),))
        node = self._single()
        while self._tokens and self._next == ".":
            self._take()
            node = _Node(self._take(), (node, *self._list("(", ")")))
        return node

    def _single(self) -> _Node:
        kind, word = self._tokens[-1]
        if word == "[":
            return _Node("list", self._list("[", "]"))
        self._take()
        if word == "(":
            node = self._above(0)
            self._expect(")")
            return node
        if kind == "number":
            number = Decimal(int(word, 16)) if word.startswith("0x") else Decimal(word)
            return _Node("number", value=number)
        if kind == "text":
            return _Node("text", value=_text(word))
        if kind != "name":
            raise LookupError(word)
        if self._tokens and self._next == "(":
            return _Node(word, self._list("(", ")"))
        return _Node("name", value=word)

    def _list(self, opening: str, closing: str) -> tuple[_Node, ...]:
        self._expect(opening)
        found = []
        while self._next != closing:
            found.append(self._above(0))
            if self._next != closing:
                self._expect(",")
        self._take()
        return tuple(found)

    @property
    def _next(self) -> str:
        return self._tokens[-1][1]

    def _take(self) -> str:
        return self._tokens.pop()[1]

    def _expect(self, word: str) -> None:
        if self._take() != word:
            raise LookupError(word)


def _text(word: str) -> str:
    prefix, written = word[: word.index(word[-1])], word[word.index(word[-1]) + 1 : -1]
    if prefix == "":
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], written)
    if prefix == "r":
        return written
    raise LookupError(word)


@dataclass(slots=True, kw_only=True)
class _Speaker:
    """Says an expression here; raises `LookupError` where there is no way."""

    bound: Mapping[str, Any]
    facts: Facts = field(default_factory=dict)
    _elements: dict[str, str] = field(default_factory=dict)

    def whole(self, node: _Node, expected: Any) -> str:
        """Return the condition for an expression of which this is expected."""
        if isinstance(expected, bool) or self._is_truth(node):
            return self._condition(node)
        if node.head == "filter":
            among, name, inner = node.parts
            return self._filtered(among, name.value, inner, expected or ())
        operand = self._operand(node)
        if expected is None:
            return comparison(operand, "=", operand)
        return comparison(operand, "=", _stated(expected))

    def _is_truth(self, node: _Node) -> bool:
        is_joined = node.head in ("&&", "||", "unary !", "exists", "all", "exists_one")
        is_compared = _BINDING.get(node.head) == _BINDING["in"]
        return is_joined or is_compared or (node.head == "name" and node.value in _WORDS)

    def _condition(self, node: _Node) -> str:
        match node:
            case _Node("&&" | "||" as sign, (left, right)):
                word = "and" if sign == "&&" else "or"
                return f"{self._inner(left)} {word} {self._inner(right)}"
            case _Node("unary !", (inner,)):
                return f"not {self._inner(inner)}"
            case _Node("?", (case, yes, no)) if self._is_truth(yes) and self._is_truth(no):
                given, first, second = map(self._inner, (case, yes, no))
                return f"({given} and {first}) or (not {given} and {second})"
            case _Node("in", (element, _Node("list") as among)):
                kind = self._operand(element).kind
                return f"{self._list(among, kind).text} includes {self._operand(element).text}"
            case _Node(sign, (left, right)) if _BINDING.get(sign) == _BINDING["=="]:
                one, other = self._operand(left), self._operand(right)
                if "list" in (one.kind, other.kind) and sign in ("==", "!="):
                    raise LookupError(sign)
                return comparison(one, "=" if sign == "==" else sign, other)
            case _Node("exists" | "all" | "exists_one", (among, name, inner)):
                return self._quantified(node.head, among, name.value, inner)
        text = self._operand(node).text
        return TRUTHS.get(text, text)

    def _inner(self, node: _Node) -> str:
        """Return a condition as it stands beside others."""
        said = self._condition(node)
        return f"({said})" if " " in said else said

    def _quantified(self, head: str, among: _Node, name: str, inner: _Node) -> str:
        collection = self._list(among, "number")
        self._elements[name] = collection.kind
        said = self._condition(inner)
        if head == "exists_one":
            return _CHOSEN.format(name, collection.text, said, 1)
        return _QUANTIFIERS[head].format(name, collection.text, said)

    def _filtered(self, among: _Node, name: str, inner: _Node, left: tuple[Any, ...]) -> str:
        """Return that of a list so many elements hold, and that these are among them."""
        collection = self._list(among, "number")
        self._elements[name] = collection.kind
        said = self._condition(inner)
        parts = [_CHOSEN.format(name, collection.text, said, len(left))]
        for each in left:
            held = f"({said}) and {name} is {_stated(each).text}"
            parts.append(_QUANTIFIERS["exists"].format(name, collection.text, held))
        return " and ".join(parts)

    def _list(self, node: _Node, kind: str) -> Literal:
        """Return a list as a fact, and the kind of its elements: `kind` where there are none."""
        if node.head != "list":
            raise LookupError(node)
        made = [self._operand(each) for each in node.parts]
        kinds = {each.kind for each in made} or {kind}
        if len(kinds) > 1:
            raise LookupError(kinds)
        (kind,) = kinds
        elements = [_json(each, node) for each, node in zip(made, node.parts, strict=True)]
        return Literal(text=self._fact(f"list of {_TYPES[kind]}", elements), kind=kind)

    def _fact(self, type_: str, value: Any) -> str:
        name = f"stated_{len(self.facts) + 1}"
        self.facts[name] = type_, value
        return f"campaign.{name}"

    def _operand(self, node: _Node) -> Literal:
        match node:
            case _Node("number" | "text", value=value):
                return _stated(value)
            case _Node("name", value=name):
                return self._named(name)
            case _Node("list"):
                return Literal(text=self._list(node, "number").text, kind="list")
            case _Node("dyn", (inner,)):
                return self._operand(inner)
            case _Node("unary -", (_Node("number", value=number),)):
                return _stated(-number)
            case _Node("timestamp", (_Node("text" | "number", value=value),)):
                return Literal(text=self._fact("instant", _instant(value)), kind="instant")
            case _Node("duration", (_Node("text", value=text),)):
                return _days(text)
            case _Node("+" | "-" | "*" | "/" as sign, (left, right)):
                return self._calculated(self._operand(left), sign, self._operand(right))
        raise LookupError(node)

    def _named(self, name: str) -> Literal:
        if name in self._elements:
            return Literal(text=name, kind=self._elements[name])
        if name in self.bound:
            value = self.bound[name]
            return NULL if value is None else _stated(value)
        if name == "null":
            return NULL
        return _WORDS[name]

    def _calculated(self, left: Literal, sign: str, right: Literal) -> Literal:
        if {left.kind, right.kind} <= {"number"} or {left.kind, right.kind} == {"days"}:
            return Literal(text=f"({left.text} {sign} {right.text})", kind=left.kind)
        raise LookupError(sign)


def _stated(value: Any) -> Literal:
    """Return a number or a text as a literal."""
    match value:
        case Decimal():
            return Literal(text=format(value, "f"), kind="number")
        case str():
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            return Literal(text=f'"{quoted}"', kind="text")
    raise LookupError(value)


def _days(text: str) -> Literal:
    match = re.fullmatch(r"(\d+)s", text)
    if match is None or int(match[1]) % _DAY:
        raise LookupError(text)
    return Literal(text=f"{int(match[1]) // _DAY} days", kind="days")


def _instant(value: str | Decimal) -> str:
    if isinstance(value, str):
        return value
    try:
        return (_FIRST + timedelta(seconds=int(value))).isoformat()
    except OverflowError as error:
        raise LookupError(value) from error


def _json(element: Literal, node: _Node) -> Any:
    """Return an element of a list in JSON."""
    match element.kind:
        case "number":
            return Decimal(element.text)
        case "yes":
            return element.text == "yes"
    return node.value
