"""Boundary tests: for each limit in a rule, tests of the values on both sides of it and at it.

They are offered as policy text, made of a test that stands in the policies already and reaches the
limit: its steps, with the one fact changed. What they expect is what the rules decide today, which
a person has to confirm. Values that some test tries already are not offered again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..bundle.bundle import Bundle, policy_sources
from ..evaluation.decision import Decision, Effect
from ..evaluation.result import Status
from ..evaluation.values import show_typed
from ..semantics.cases import Case, Given, Steps
from ..semantics.tree import Rule, Value
from ..source.text import Location, Span
from ..syntax import tree as syntax
from ..syntax.parse import parse
from .judgments import Read, record
from .limits import Limit, Side, limits_of
from .parts import Words, words_of
from .runner import CaseResult, run_case

MOST_TRIED = 24
"""So many tests are tried for each limit, to find one in which the limit decides."""

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryTest:
    """A test to be pasted at the end of `file`, and confirmed; it passes as the rules are."""

    title: str
    file: str
    side: Side
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTests:
    """What is offered for a limit.

    `decides` is whether the decision differs between its sides. `tests` is empty where no test
    reaches the limit, so that there is nothing to begin with.
    """

    rule: Rule
    text: str
    location: Location
    tests: tuple[BoundaryTest, ...]
    decides: bool


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
    writer = _Writer(bundle=bundle, words=words_of(bundle))
    titles: set[str] = set()
    settled: set[tuple[Span, Span]] = set()  # of definitions, which several rules may use
    for rule in bundle.policies.rules:
        limits = list(limits_of(rule, bundle.policies))
        for limit, tries in _tried(rule, limits, passing):
            place = (limit.condition.span, limit.limit.span)
            offered = None if place in settled else writer.offer(limit, tries)
            if offered is None:
                settled.add(place)
                continue
            if offered.tests:
                settled.add(place)
            fresh = tuple(each for each in offered.tests if each.title not in titles)
            titles.update(each.title for each in fresh)
            if fresh or not offered.tests:
                yield replace(offered, tests=fresh)


def _tried(
    rule: Rule, limits: Sequence[Limit], passing: Iterable[CaseResult]
) -> Iterator[tuple[Limit, _Tries]]:
    tries = [_Tries() for _ in limits]
    for result in passing if limits else ():
        assert result.hearing is not None  # noqa: S101 - what passed has been heard.
        for heard in record(rule, result.hearing).heard:
            for part in heard.judgment.parts():
                for limit, each in zip(limits, tries, strict=True):
                    is_here = limit.key == (heard.index, part.address)
                    if is_here and limit.holds(heard.day, part.read):
                        each.add(limit, result, part.read)
    yield from zip(limits, tries, strict=True)


@dataclass(slots=True, kw_only=True)
class _Writer:
    bundle: Bundle
    words: Words
    _steps: dict[Location, syntax.Test] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for source in policy_sources(self.bundle.files).values():
            for item in parse(source)[0].items:
                if isinstance(item, syntax.Test):
                    self._steps[source.locate(item.span.start)] = item
                    for step in item.steps:
                        if isinstance(step, syntax.Row):
                            self._steps[source.locate(step.span.start)] = item

    def offer(self, limit: Limit, tries: _Tries) -> LimitTests | None:
        """Return the tests that are offered for a limit; None where none is wanting."""
        ordered = sorted(tries.reaches, key=lambda reach: not reach.is_allowed)
        best, decides = self._best(limit, tries, ordered[:MOST_TRIED])
        if ordered and not best:
            return None
        place = limit.condition if limit.looked_up is None else limit.limit
        return LimitTests(
            rule=limit.rule,
            text=self.words.of(limit.condition.span),
            location=self.words.place(place.span),
            tests=best,
            decides=decides,
        )

    def _best(
        self, limit: Limit, tries: _Tries, reaches: Sequence[_Reach]
    ) -> tuple[tuple[BoundaryTest, ...], bool]:
        """Return the tests made of the first test in which the limit decides, else of any."""
        best: tuple[BoundaryTest, ...] = ()
        for reach in reaches:
            if tries.sides.issuperset(reach.values):
                continue
            made, decides = self._around(limit, reach)
            wanting = tuple(each for each in made if each.side not in tries.sides)
            if wanting and decides:
                return wanting, True
            best = best or wanting
        return best, False

    def _around(self, limit: Limit, reach: _Reach) -> tuple[list[BoundaryTest], bool]:
        """Return the tests around a limit, and whether they expect different things."""
        made, expected = [], set()
        for side, value in reach.values.items():
            wanted = self._expected(limit, reach, value)
            if wanted:
                expected.add(tuple(wanted))
                made.append(self._test(limit, reach, side, value, wanted))
        return made, len(expected) > 1

    def _expected(self, limit: Limit, reach: _Reach, value: Value) -> list[str]:
        """Return what the rules decide of the changed campaign; empty where it is malformed."""
        given = Given(steps=steps_of(reach.path), type=limit.fact.type, value=value)
        others = (
            each
            for each in reach.case.changes
            if not (isinstance(each, Given) and each.steps == given.steps)
        )
        case = replace(reach.case, changes=(*others, given), expectations=())
        decision = run_case(self.bundle, case).decision
        return [] if decision is None else list(_expectations(decision, limit.rule))

    def _test(
        self, limit: Limit, reach: _Reach, side: Side, value: Value, expected: Sequence[str]
    ) -> BoundaryTest:
        shown = show_typed(value, limit.fact.type)
        bound = self.words.of(limit.limit.span)
        title = f"{limit.rule.id}: {reach.path} is {shown}, {side.value} the limit of {bound}"
        given = f"given {reach.path} is {shown}"
        steps = (*self._kept(reach), given, *expected)
        body = "".join(f"  {step}\n" for step in steps)
        return BoundaryTest(
            title=title,
            file=reach.case.location.source,
            side=side,
            text=f'test "{title}"\n{body}end test\n',
        )

    def _kept(self, reach: _Reach) -> Iterator[str]:
        """Yield the steps of a test as they are written, but for those that set the fact."""
        location = reach.case.location
        source = self.words.sources[location.source]
        columns: tuple[syntax.Path, ...] = ()
        for step in self._steps[location].steps:
            match step:
                case syntax.GivenFact(path=path) if self._words_of(path) == reach.path:
                    pass
                case syntax.Columns(paths=paths):
                    columns = paths
                case syntax.Row(cells=cells) if source.locate(step.span.start) == location:
                    for path, cell in zip(columns, cells, strict=True):
                        if self._words_of(path) != reach.path:
                            yield f"given {self._words_of(path)} is {self._words_of(cell)}"
                case syntax.Expectation() | syntax.Row():
                    pass
                case _:
                    yield self._words_of(step)

    def _words_of(self, node: syntax.Node) -> str:
        """Return what was written, on one line; a path without any space."""
        written = self.words.sources[node.span.source].slice(node.span).split()
        return "".join(written) if isinstance(node, syntax.Path) else " ".join(written)


def steps_of(path: str) -> Steps:
    """Return a path as the steps that lead down from the campaign."""
    steps = []
    for step in path.split(".")[1:]:
        found = _STEP.fullmatch(step)
        assert found is not None  # noqa: S101 - names and ordinals are all there is.
        steps.append((found[1], int(found[2]) if found[2] else None))
    return tuple(steps)


def _expectations(decision: Decision, rule: Rule) -> Iterator[str]:
    """Yield what a decision comes to, in the words of a test; nothing where there are none."""
    violated = decision.with_status(Status.VIOLATED)
    denying = ", ".join(each.rule.id for each in violated if each.is_enforced)
    if decision.effect is Effect.ALLOW:
        yield "expect allow"
    elif denying:
        yield f"expect deny by {denying}"
    else:
        paths = [fact.path for fact in decision.missing if fact.pointer]
        if not paths:
            return
        yield f"expect deny for want of {', '.join(paths)}"
    if any(each.rule.id == rule.id and not each.is_enforced for each in violated):
        yield f"expect warn by {rule.id}"
    if any(each.rule.id == rule.id for each in decision.obligations):
        yield f"expect oblige by {rule.id}"
