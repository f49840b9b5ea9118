"""Conditions and values: one token class of pyparsing that reads by recursive descent.

The rest of the grammar is made of combinators. A condition is not, for three reasons: its depth
must be bounded well below the interpreter's stack, where combinators need thirty frames a bracket;
precedence costs nothing; and a fault is known in the words of the reader.

Inside, a condition is `and` or `or` throughout; `not` binds closer, then a comparison, then `+`
and `-`, then `*` and `/`, then `80% of`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from string import ascii_lowercase
from typing import Never

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import (
    BRACKETED_LIST,
    CELL,
    CONDITION,
    FEWER_BRACKETS,
    MEMBERS,
    REAL_DAY,
    SET,
    SIMPLER_CONDITION,
    VALUE,
    label,
)
from ..lexis import (
    DATE_COMPARATORS,
    MAXIMUM_DEPTH,
    MAXIMUM_HEIGHT,
    NAME,
    ORDER_COMPARATORS,
    SET_COMPARATORS,
    UNARY_COMPARATORS,
    Comparator,
    phrase_pattern,
)
from ..visit import children
from . import literals
from .borders import CLAUSE_START, LINE_OF_WORDS
from .reading import Reading, SourceText, span_in

_SPACE = re.compile(r"\s*")
_NOT = re.compile(r"not(?!\w)")
_JOIN = re.compile(r"(?:and|or)(?!\w)")
_AND = re.compile(r"and(?!\w)")
_LISTING = re.compile(phrase_pattern(*(kind.value for kind in tree.ListingKind)))
_LABEL = re.compile(r"\(([a-z])\)")
_SEMICOLON = re.compile(";")
_QUANTIFIER = re.compile(
    rf"(?:any|every)(?=\s+{literals.UNRESERVED}{NAME})|no(?=\s+{NAME}\s+in(?!\w))"
)
_OPENING = re.compile("|".join(each.pattern for each in (_NOT, _LISTING, _QUANTIFIER)))
"""What may stand before a comparison, or in its place; few begin so, and one look tells."""

_VARIABLE = re.compile(literals.UNRESERVED + NAME)
_IN = re.compile(r"in(?!\w)")
_IF_ANY = re.compile(r",\s*if\s+any\s*,")
_HAS = re.compile(r"has(?!\w)")
_PHRASE = re.compile(phrase_pattern(*(comparator.phrase for comparator in Comparator)))
_SIDE = re.compile(r"(?:before|after)(?!\w)")
_OPERATOR = re.compile(r"[+\-*/]")
_SHARE = re.compile(rf"{literals.PERCENT}\s+of(?!\w)")
_ATOM = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, (pattern, _) in literals.ATOMS.items())
)
_PATH = re.compile(literals.PATH)
_AGGREGATE = re.compile(phrase_pattern(*(f"{kind.value} of" for kind in tree.AggregateKind)))
_EACH = re.compile(phrase_pattern("each"))
_FOR_EACH = re.compile(phrase_pattern("for each"))
_WHERE = re.compile(phrase_pattern("where"))
_LOOKUP = re.compile(rf"(?P<table>{literals.UNRESERVED}{NAME})(?=\()")
"""A bracket right behind a name: with a space between them it would begin something else."""
_ANY = re.compile(r"any(?![\w.\[])")
_TO = re.compile(phrase_pattern("to"))
_BOUNDS = {
    comparator.phrase.removeprefix("is "): comparator
    for comparator in (*ORDER_COMPARATORS, *DATE_COMPARATORS)
    if comparator is not Comparator.EXCEEDS
}
_BOUND = re.compile(phrase_pattern(*_BOUNDS))
_COMPARATORS = {comparator.phrase: comparator for comparator in Comparator}
_TIGHT = (tree.ArithmeticOperator.MULTIPLY, tree.ArithmeticOperator.DIVIDE)


class _Reader:
    """Reads from one offset of a text on; `offset` stands behind the last word read."""

    def __init__(self, text: SourceText, offset: int) -> None:
        self._text = text
        self._depth = 0
        self._weight = 0  # how many parts were read that make a tree higher
        self._pass(offset)

    # --- words

    def _pass(self, offset: int) -> None:
        """Go on from an offset: `_next` is where the next word stands."""
        self.offset = offset
        space = _SPACE.match(self._text, offset)
        self._next = space.end() if space else offset

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._next)
        if match:
            self._pass(match.end())
        return match

    def _stands(self, mark: str) -> bool:
        return self._text.startswith(mark, self._next)

    def _need(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        return self._take(pattern) or self._fail(self._next, expected)

    def _fail(self, offset: int, expected: str) -> Never:
        raise pp.ParseFatalException(self._text, offset, expected)

    def _span(self, start: int) -> Span:
        return span_in(self._text, start, self.offset)

    def _name(self, match: re.Match[str]) -> tree.Name:
        return tree.Name(span=span_in(self._text, *match.span()), text=match.group())

    # --- conditions

    def whole_condition(self) -> tree.Expression:
        """Read a condition, and refuse it where its tree would be too high to walk."""
        start = self._next
        return self._bounded(start, self._condition())

    def whole_value(self) -> tree.Expression:
        """Read a value, bounded as a condition is."""
        start = self._next
        return self._bounded(start, self._value(VALUE))

    def _bounded(self, start: int, node: tree.Expression) -> tree.Expression:
        # What is not counted (a path and its steps) adds less than four to the height.
        if self._weight > MAXIMUM_HEIGHT - 4 and _height(node) > MAXIMUM_HEIGHT:
            self._fail(start, SIMPLER_CONDITION)
        return node

    def _condition(self) -> tree.Expression:
        words = self._take(_LISTING)
        return self._listing(words) if words else self._junction()

    def _listing(self, words: re.Match[str]) -> tree.Listing:
        self._weight += 2
        items: list[tree.ListingItem] = []
        while letter := self._take(_LABEL):
            due = ascii_lowercase[len(items) :][:1]
            if letter.group(1) != due:
                self._fail(letter.start(), label(due) if due else "at most 26 labels")
            condition = self._junction()
            span = self._span(letter.start())
            items.append(tree.ListingItem(span=span, label=due, condition=condition))
            self._take(_SEMICOLON)
        if not items:
            self._fail(self._next, label("a"))
        kind = tree.ListingKind(" ".join(words.group().split()))
        return tree.Listing(span=self._span(words.start()), kind=kind, items=tuple(items))

    def _junction(self) -> tree.Expression:
        start = self._next
        operands, words = [self._denied()], []
        while word := self._take(_JOIN):
            words.append(self._name(word))
            operands.append(self._denied())
        if not words:
            return operands[0]
        self._weight += 1
        span = self._span(start)
        second = next((word for word in words if word.text != words[0].text), None)
        if second is not None:
            self._text.is_sound = False
            return tree.MixedJunction(span=span, operands=tuple(operands), second=second)
        kind = tree.JunctionKind(words[0].text)
        return tree.Junction(span=span, kind=kind, operands=tuple(operands))

    def _denied(self) -> tree.Expression:
        if _OPENING.match(self._text, self._next) is None:
            return self._comparison()
        starts = []
        while word := self._take(_NOT):
            starts.append(word.start())
        self._weight += len(starts)
        if listing := _LISTING.match(self._text, self._next):
            self._fail(listing.start(), BRACKETED_LIST)
        quantifier = self._take(_QUANTIFIER)
        node = self._quantified(quantifier) if quantifier else self._comparison()
        for start in reversed(starts):
            node = tree.Not(span=self._span(start), operand=node)
        return node

    def _quantified(self, word: re.Match[str]) -> tree.Expression:
        self._weight += 1
        kind = tree.QuantifierKind(word.group())
        variable = self._name(self._need(_VARIABLE, "a name"))
        self._need(_IN, "`in`")
        collection = self.path()
        if_any = self._take(_IF_ANY) is not None
        self._need(_HAS, "`has`")
        if not self._stands("("):
            self._fail(self._next, "`(`")
        condition = self._bracketed()
        return tree.Quantified(
            span=self._span(word.start()),
            kind=kind,
            variable=variable,
            collection=collection,
            if_any=if_any,
            condition=condition,
        )

    def _comparison(self) -> tree.Expression:
        start = self._next
        left = self._value(CONDITION)
        words = self._take(_PHRASE)
        if words is None:
            return left
        self._weight += 1
        comparator = _COMPARATORS[" ".join(words.group().split())]
        if comparator is Comparator.WITHIN:
            return self._within(start, left)
        right = self._right(comparator)
        return tree.Comparison(
            span=self._span(start), comparator=comparator, left=left, right=right
        )

    def _right(self, comparator: Comparator) -> tuple[tree.Expression, ...]:
        if comparator in UNARY_COMPARATORS:
            return ()
        if comparator in SET_COMPARATORS:
            return (self.some_set(),)
        first = self._value(VALUE)
        if comparator is not Comparator.BETWEEN:
            return (first,)
        self._need(_AND, "`and`")
        return (first, self._value(VALUE))

    def _within(self, start: int, left: tree.Expression) -> tree.Within | tree.Comparison:
        length = self._value(VALUE)
        side = self._take(_SIDE)
        if side is None and isinstance(length, tree.PeriodLiteral | tree.Path):
            return tree.Comparison(
                span=self._span(start), comparator=Comparator.WITHIN, left=left, right=(length,)
            )
        side = side or self._need(_SIDE, "`before` or `after`")
        anchor = self._value(VALUE)
        before = side.group() == "before"
        return tree.Within(
            span=self._span(start), left=left, length=length, before=before, anchor=anchor
        )

    # --- values

    def _value(self, expected: str) -> tree.Expression:
        """Read factors and operators flat; then join the tight ones before the others."""
        terms = [self._factor(expected)]
        loose: list[tree.ArithmeticOperator] = []
        while mark := self._take(_OPERATOR):
            self._weight += 1
            operator = tree.ArithmeticOperator(mark.group())
            operand = self._factor(VALUE)
            if operator in _TIGHT:
                terms[-1] = _joined(operator, terms[-1], operand)
            else:
                loose.append(operator)
                terms.append(operand)
        result = terms[0]
        for operator, operand in zip(loose, terms[1:], strict=True):
            result = _joined(operator, result, operand)
        return result

    def _factor(self, expected: str) -> tree.Expression:
        shares = []
        while words := self._take(_SHARE):
            shares.append(literals.percent(span_in(self._text, *words.span()), words.group()))
        self._weight += len(shares)
        result = self._atom(VALUE if shares else expected)
        for percent in reversed(shares):
            span = self._span(percent.span.start)
            result = tree.PercentOf(span=span, percent=percent, whole=result)
        return result

    def _atom(self, expected: str) -> tree.Expression:
        start = self._next
        if self._stands("("):
            return self._bracketed()
        if self._stands("{"):
            return self.members()
        if words := self._take(_AGGREGATE):
            return self._aggregate(words)
        if words := self._take(_LOOKUP):
            return self._lookup(words)
        if self._starts_clause(start):
            self._fail(start, expected)
        return self.plain(expected)

    def plain(self, expected: str = VALUE) -> tree.Expression:
        """Read one word or literal, whatever follows it."""
        start = self._next
        match = self._take(_ATOM)
        if match is None:
            self._fail(start, expected)
        _, build = literals.ATOMS[match.lastgroup or ""]
        try:
            node = build(self._span(start), match.group())
        except ValueError:
            self._fail(start, REAL_DAY)
        return node

    def _aggregate(self, words: re.Match[str]) -> tree.Aggregate:
        self._weight += 1
        kind = tree.AggregateKind(words.group().split()[0])
        value, variable, where = None, None, None
        if not self._stands("("):
            collection = self.path()
        else:
            self._enter()
            if kind is tree.AggregateKind.COUNT:
                self._need(_EACH, "`each`")
            else:
                value = self._value(VALUE)
                self._need(_FOR_EACH, "`for each`")
            variable = self._name(self._need(_VARIABLE, "a name"))
            self._need(_IN, "`in`")
            collection = self.path()
            where = self._junction() if self._take(_WHERE) else None
            self._leave(")")
        return tree.Aggregate(
            span=self._span(words.start()),
            kind=kind,
            value=value,
            variable=variable,
            collection=collection,
            where=where,
        )

    def _lookup(self, words: re.Match[str]) -> tree.Lookup:
        self._weight += 1
        self._enter()
        arguments = [self._value(VALUE)]
        while self._stands(","):
            self._pass(self._next + 1)
            arguments.append(self._value(VALUE))
        self._leave(")")
        return tree.Lookup(
            span=self._span(words.start()), table=self._name(words), arguments=tuple(arguments)
        )

    def _starts_clause(self, start: int) -> bool:
        if CLAUSE_START.match(self._text, start):
            return True
        starts_line = "\n" in self._text[self.offset : start]
        return starts_line and LINE_OF_WORDS.match(self._text, start) is not None

    def _bracketed(self) -> tree.Expression:
        start = self._next
        self._enter()
        condition = self._condition()
        self._leave(")")
        return replace(condition, span=self._span(start))

    def _enter(self) -> None:
        start = self._next
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            self._fail(start, FEWER_BRACKETS)
        self._pass(start + 1)

    def _leave(self, mark: str) -> None:
        if not self._stands(mark):
            self._fail(self._next, f"`{mark}`")
        self._depth -= 1
        self._pass(self._next + 1)

    def members(self) -> tree.SetLiteral:
        """Read members in braces."""
        start = self._next
        if not self._stands("{"):
            self._fail(start, MEMBERS)
        self._enter()
        self._weight += 1
        members: list[tree.Expression] = []
        if not self._stands("}"):
            members.append(self._value(VALUE))
            while self._stands(","):
                self._pass(self._next + 1)
                members.append(self._value(VALUE))
        self._leave("}")
        return tree.SetLiteral(span=self._span(start), members=tuple(members))

    def cell(self) -> tree.CaseCell:
        """Read for which values of an input a case of a table is meant."""
        start = self._next
        if self._take(_ANY):
            return tree.AnyCell(span=self._span(start))
        if words := self._take(_BOUND):
            comparator = _BOUNDS[" ".join(words.group().split())]
            limit = self.whole_value()
            return tree.BoundCell(span=self._span(start), comparator=comparator, limit=limit)
        low = self._bounded(start, self._value(CELL))
        if isinstance(low, tree.PeriodLiteral):
            first, last = (
                tree.DateLiteral(span=low.span, value=day) for day in (low.start, low.end)
            )
            return tree.RangeCell(span=low.span, low=first, high=last)
        if self._take(_TO):
            high = self.whole_value()
            return tree.RangeCell(span=self._span(start), low=low, high=high)
        return low

    def some_set(self) -> tree.SetLiteral | tree.Path:
        """Read a set, by name or as members in braces."""
        start = self._next
        if self._stands("{"):
            return self.members()
        if self._starts_clause(start):
            self._fail(start, SET)
        words = self._need(_PATH, SET)
        return literals.path(self._span(start), words.group())

    def path(self) -> tree.Path:
        """Read a path."""
        words = self._need(_PATH, "a fact")
        return literals.path(span_in(self._text, *words.span()), words.group())


def _joined(
    operator: tree.ArithmeticOperator, left: tree.Expression, right: tree.Expression
) -> tree.Arithmetic:
    return tree.Arithmetic(span=left.span.to(right.span), operator=operator, left=left, right=right)


def _height(node: tree.Node) -> int:
    height, level = 0, [node]
    while level:
        height, level = height + 1, [child for parent in level for child in children(parent)]
    return height


class _Expression(Reading):
    """The pyparsing element for something that `_Reader` reads."""

    def __init__(self, of: Callable[[_Reader], tree.Node], name: str) -> None:
        super().__init__()
        self._of = of
        self.set_name(name)

    def read(self, text: SourceText, place: int, nodes: list[tree.Node]) -> int:
        """Read from a place on; a fault is fatal, because a keyword has committed already."""
        reader = _Reader(text, place)
        nodes.append(self._of(reader))
        return reader.offset


CONDITION_ELEMENT = _Expression(_Reader.whole_condition, CONDITION)
VALUE_ELEMENT = _Expression(_Reader.whole_value, VALUE)
PLAIN_ELEMENT = _Expression(_Reader.plain, VALUE)
CELL_ELEMENT = _Expression(_Reader.cell, CELL)
SET_ELEMENT = _Expression(_Reader.some_set, SET)
MEMBERS_ELEMENT = _Expression(_Reader.members, MEMBERS)
