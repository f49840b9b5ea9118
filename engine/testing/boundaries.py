"""Boundary tests: for each limit in a rule, tests of the values on both sides of it and at it.

They are offered as policy text, made of a test that stands in the policies already and reaches the
limit: its steps, with the one fact changed. What they expect is what the rules decide today, which
a person has to confirm. Values that some test tries already are not offered again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..bundle.bundle import Bundle
from ..evaluation.decision import Effect
from ..evaluation.values import show_typed
from ..semantics.cases import Case, Given
from ..semantics.tree import Rule, Value
from ..source.text import Span
from .judgments import Read, record
from .limits import Limit, Side, limits_of
from .runner import CaseResult
from .waiver_ends import tests_of_waivers
from .written import LimitTests, Variation, Varied, Writer, steps_of

MOST_TRIED = 24
"""The most tests that are tried for each limit, to find one in which the limit decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """A test that reaches a limit, and what the comparison read in it."""

    case: Case
    is_allowed: bool
    path: str
    values: Mapping[Side, Value]


@dataclass(slots=True, kw_only=True)
class _Tries:
    """The tests that reach a limit, and the values that they try."""

    reaches: list[_Reach] = field(default_factory=list)
    sides: set[Side] = field(default_factory=set)

    def add(self, limit: Limit, result: CaseResult, read: Sequence[Read]) -> None:
        """Note what a test tries of a limit."""
        own = next(each for each in read if each.term == limit.fact)
        values = limit.values(read)
        self.sides.update(side for side, value in values.items() if value == own.value)
        allowed = result.decision is not None and result.decision.effect is Effect.ALLOW
        self.reaches.append(
            _Reach(case=result.case, is_allowed=allowed, path=own.path, values=values)
        )


def boundary_tests(bundle: Bundle, results: Iterable[CaseResult]) -> Iterator[LimitTests]:
    """Yield what is offered for each limit that tests do not try on all sides."""
    passing = [each for each in results if each.passed]
    writer = Writer(bundle=bundle)
    titles: set[str] = set()
    settled: set[tuple[Span, Span]] = set()  # of definitions, which several rules may use
    for rule in bundle.own_rules:
        limits = list(limits_of(rule, bundle.policies))
        for limit, tries in _tried(rule, limits, passing):
            place = (limit.condition.span, limit.limit.span)
            offered = None if place in settled else _offer(writer, limit, tries)
            if offered is None:
                settled.add(place)
                continue
            if offered.tests:
                settled.add(place)
            fresh = tuple(each for each in offered.tests if each.title not in titles)
            titles.update(each.title for each in fresh)
            if fresh or not offered.tests:
                yield replace(offered, tests=fresh)
    yield from tests_of_waivers(writer, passing)


def _tried(
    rule: Rule, limits: Sequence[Limit], passing: Iterable[CaseResult]
) -> Iterator[tuple[Limit, _Tries]]:
    tries = [_Tries() for _ in limits]
    for result in passing if limits else ():
        assert result.context is not None  # noqa: S101 - what passed has been heard.
        for heard in record(rule, result.context).heard:
            for part in heard.judgment.parts():
                for limit, each in zip(limits, tries, strict=True):
                    is_here = limit.key == (heard.index, part.address)
                    if is_here and limit.holds(heard.day, part.read):
                        each.add(limit, result, part.read)
    yield from zip(limits, tries, strict=True)


def _offer(writer: Writer, limit: Limit, tries: _Tries) -> LimitTests | None:
    """Return the tests that are offered for a limit; None where none is wanting."""
    ordered = sorted(tries.reaches, key=lambda reach: not reach.is_allowed)
    reaching = (
        _around(limit, reach)
        for reach in ordered[:MOST_TRIED]
        if not tries.sides.issuperset(reach.values)
    )
    tests, decides = writer.best(limit.rule, set(Side) - tries.sides, reaching)
    if ordered and not tests:
        return None
    place = limit.condition if limit.looked_up is None else limit.limit
    return LimitTests(
        rule=limit.rule,
        text=writer.words.of_condition(limit.condition),
        location=writer.words.place(place.span),
        tests=tests,
        decides=decides,
    )


def _around(limit: Limit, reach: _Reach) -> Iterator[Varied]:
    """Yield the tests around a limit that are made of one that reaches it."""
    kind = limit.fact.type
    for side, value in reach.values.items():
        given = Given(steps=steps_of(reach.path), type=kind, value=value)
        where = f"{side.value} the limit of {limit.limit.text}"
        title = f"{limit.rule.id}: {reach.path} is {show_typed(value, kind)}, {where}"
        yield side, title, Variation(case=reach.case, given={reach.path: given})
