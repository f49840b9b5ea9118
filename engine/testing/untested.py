"""What tests lack: rules that they do not show both ways, and campaigns that are not there.

No test is run: this is for whoever checks policies, at any moment. What the tests in fact decide
is measured where they run (`coverage`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..bundle.bundle import Bundle
from ..semantics.cases import Case
from ..semantics.tree import Effect, Enforcement, Rule
from ..source.diagnostic import Diagnostic
from ..source.text import Span
from ..syntax.tree import Expected
from . import faults
from .descriptors import file_of

_AGAINST = (Expected.DENY_BY, Expected.WARN_BY, Expected.OBLIGE_BY)


def untested(bundle: Bundle) -> Iterator[Diagnostic]:
    """Yield a warning for each rule that no test expects to deny, or beside which none passes.

    A rule that obliges is to be owed in some test; a permission is shown by what it lifts. What was
    adopted without its tests has been tested where it was written.
    """
    expected = _expected(bundle.cases)
    for rule in bundle.own_rules:
        if rule.effect is Effect.PERMIT:
            continue
        deed, against = _deed(rule)
        passing = None if expected.passes(rule) else _passing(rule)
        span = rule.main.condition.span
        if rule.id not in expected.against:
            yield faults.never_against(span, rule.id, deed, f"{against} {rule.id}", passing)
        elif passing is not None:
            yield faults.never_passed(span, rule.id, passing)


def without_campaign(bundle: Bundle) -> Iterator[Diagnostic]:
    """Yield an error for each test whose campaign is in a file that is not there."""
    told: set[Span] = set()
    for case in bundle.cases:
        name, span = file_of(case), case.file_span
        if span is not None and span not in told and name not in bundle.files:
            told.add(span)
            known = (each for each in bundle.files if each.endswith(".json"))
            yield faults.no_campaign(span, name, known)


def _deed(rule: Rule) -> tuple[str, str]:
    """Return what a rule is there for, and how a test expects it."""
    if rule.effect is Effect.OBLIGE:
        return "oblige", Expected.OBLIGE_BY.value
    if rule.enforcement is Enforcement.ADVISORY:
        return "warn", Expected.WARN_BY.value
    return "deny", Expected.DENY_BY.value


def _passing(rule: Rule) -> str:
    """Return how a test expects a campaign to pass a rule."""
    if rule.enforcement is Enforcement.ADVISORY:
        return f"{Expected.NO_WARNING_BY.value} {rule.id}"
    return Expected.ALLOW.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What tests expect: of which rules, and in which files."""

    against: Mapping[str, frozenset[str]]
    """The rules that tests expect to deny, warn or oblige, each with the files of these tests."""
    spared: frozenset[str]
    """The rules by which tests expect no warning."""
    allowing: frozenset[str]
    """The files with a test that expects a campaign to be allowed."""

    def passes(self, rule: Rule) -> bool:
        """Whether a test beside a rule, or beside one of its tests, expects a campaign to pass."""
        if rule.effect is Effect.OBLIGE:
            return True  # That nothing is owed cannot be expected.
        if rule.enforcement is Enforcement.ADVISORY:
            return rule.id in self.spared  # A campaign that it warns of is allowed too.
        beside = {rule.main.condition.span.source, *self.against.get(rule.id, ())}
        return not self.allowing.isdisjoint(beside)


def _expected(cases: Iterable[Case]) -> _Expected:
    against: dict[str, frozenset[str]] = {}
    spared: set[str] = set()
    allowing: set[str] = set()
    for case in cases:
        file = case.location.source
        for each in case.expectations:
            if each.expected is Expected.ALLOW:
                allowing.add(file)
            elif each.expected is Expected.NO_WARNING_BY:
                spared.update(each.rules)
            elif each.expected in _AGAINST:
                against |= {name: against.get(name, frozenset()) | {file} for name in each.rules}
    return _Expected(against=against, spared=frozenset(spared), allowing=frozenset(allowing))
