"""Tests written anew: policy text made of a test that stands in the policies already.

Its steps are kept as they are written, but for the facts that are set anew. What such a test
expects is what the rules decide today.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ..bundle.bundle import Bundle, policy_sources
from ..evaluation.decision import Decision, Effect
from ..evaluation.result import Status
from ..evaluation.values import show_typed
from ..semantics.cases import Case, Given, Steps
from ..semantics.tree import Rule
from ..source.text import Location
from ..syntax import tree as syntax
from ..syntax.parse import parse
from ..syntax.visit import all_of, items_of
from .limits import Side
from .parts import Words, words_of
from .runner import run_case

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
class Variation:
    """A test with facts that are set anew, by their path; on another day where one is named."""

    case: Case
    given: Mapping[str, Given]
    day: date | None = None

    @property
    def changed(self) -> Case:
        """The test as it would be, without its expectations."""
        anew = [given.steps for given in self.given.values()]
        others = (
            each
            for each in self.case.changes
            if not (isinstance(each, Given) and each.steps in anew)
        )
        return replace(
            self.case,
            day=self.day or self.case.day,
            changes=(*others, *self.given.values()),
            expectations=(),
        )


Varied = tuple[Side, str, Variation]
"""A test of one side of a limit, under its title."""


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes variations of the tests of a bundle."""

    bundle: Bundle
    words: Words = field(init=False)
    _steps: dict[Location, syntax.Test] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = words_of(self.bundle)
        for source in policy_sources(self.bundle.files).values():
            file, _ = parse(source)
            for test in items_of(syntax.Test, (file,)):
                self._steps[source.locate(test.span.start)] = test
                for row in all_of(syntax.Row, test.steps):
                    self._steps[source.locate(row.span.start)] = test

    def best(
        self, rule: Rule, wanting: Collection[Side], reaching: Iterable[Iterable[Varied]]
    ) -> tuple[tuple[BoundaryTest, ...], bool]:
        """Return tests of the sides that want one, and whether the limit decides in them.

        They are made of the first variations that the rules decide in different ways, else of the
        first that there are.
        """
        best: tuple[BoundaryTest, ...] = ()
        for varied in reaching:
            made = [
                (each, expected) for each in varied if (expected := self._expected(rule, each[2]))
            ]
            decides = len({expected for _, expected in made}) > 1
            tests = tuple(
                self._written(*each, expected) for each, expected in made if each[0] in wanting
            )
            if tests and decides:
                return tests, True
            best = best or tests
        return best, False

    def _expected(self, rule: Rule, variation: Variation) -> tuple[str, ...]:
        """Return what the rules decide of a variation; empty where it is malformed."""
        decision = run_case(self.bundle, variation.changed).decision
        return () if decision is None else tuple(_expectations(decision, rule))

    def _written(
        self, side: Side, title: str, variation: Variation, expected: Iterable[str]
    ) -> BoundaryTest:
        given = (
            f"given {path} is {show_typed(each.value, each.type)}"
            for path, each in variation.given.items()
        )
        steps = (*self._kept(variation), *given, *expected)
        body = "".join(f"  {step}\n" for step in steps)
        return BoundaryTest(
            title=title,
            file=variation.case.location.source,
            side=side,
            text=f'test "{title}"\n{body}end test\n',
        )

    def _kept(self, variation: Variation) -> Iterator[str]:
        """Yield the steps of a test as they are written, but for those that are set anew."""
        anew, test = variation.given, self._steps[variation.case.location]
        cells = self._cells(variation.case)
        for step in test.steps:
            match step:
                case syntax.GivenFact(path=path) if self._words_of(path) in anew:
                    pass
                case syntax.GivenFact(path=path) if (name := self._words_of(path)) in cells:
                    yield f"given {name} is {cells.pop(name)}"  # No fact is given twice.
                case syntax.OnStep() if variation.day is not None:
                    yield f"on {variation.day}"
                case syntax.Columns() | syntax.Expectation() | syntax.Row():
                    pass
                case _:
                    yield self._words_of(step)
        yield from (f"given {name} is {cell}" for name, cell in cells.items() if name not in anew)

    def _cells(self, case: Case) -> dict[str, str]:
        """Return what the row of a test says of each column; nothing where it is no row."""
        steps = self._steps[case.location].steps
        source = self.words.sources[case.location.source]
        columns = (path for head in all_of(syntax.Columns, steps) for path in head.paths)
        rows = (
            row
            for row in all_of(syntax.Row, steps)
            if source.locate(row.span.start) == case.location
        )
        cells = (cell for row in rows for cell in row.cells)
        return {
            self._words_of(path): self._words_of(cell)
            for path, cell in zip(columns, cells, strict=False)
        }

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
    holding = {each for part in decision.waived if part.rule.id == rule.id for each in part.waivers}
    if holding:
        yield f"expect waived by {', '.join(sorted(each.name for each in holding))}"
    if any(each.rule.id == rule.id for each in decision.obligations):
        yield f"expect oblige by {rule.id}"
