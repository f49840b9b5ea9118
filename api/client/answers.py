"""What the service answers, as frozen structs. Members that this version does not know are ignored.

Instants are aware `datetime`s, days are `date`s, numbers in what was submitted are exact
(`Decimal`). Bytes stay in base64, as they are in the log.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar, Literal, NoReturn

import msgspec

from engine.source.layout import printable

Effect = Literal["allow", "deny"]

_SEVERITIES = ("critical", "high", "medium", "low")


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What all answers are."""


class PolicySetName(_Answer, frozen=True, kw_only=True):
    """The policies that decided. `version` is the beginning of `digest`, for people."""

    name: str
    version: str | None
    digest: str


class MarketVerdict(_Answer, frozen=True, kw_only=True):
    """The decision for one market."""

    market: str
    decision: Effect
    conclusive: bool


class Source(_Answer, frozen=True, kw_only=True):
    """The provision that a rule cites."""

    instrument: str
    title: str | None = None
    article: str | None = None
    url: str | None = None


class Clause(_Answer, frozen=True, kw_only=True):
    """The words of a policy by which something was found, and where they stand."""

    text: str
    file: str
    line: int
    column: int


class Fact(_Answer, frozen=True, kw_only=True):
    """A value of the campaign that a finding rests on, or one that is wanted.

    `pointer` leads into the campaign, `submitted_pointer` into the platform's record where that is
    another. `value` and `required` are in words; a wanted fact has neither.
    """

    pointer: str
    path: str
    label: str
    value: str | None = None
    required: str | None = None
    why: str | None = None
    submitted_pointer: str | None = None
    presumed: bool = False


class MissingFact(Fact, frozen=True, kw_only=True):
    """A fact without which the rules named cannot be judged: add it to the campaign.

    Where it has a `why`, it is stated and cannot be judged as it stands, or the policies lack
    something: state it otherwise, or ask whoever keeps them.
    """

    rules: tuple[str, ...] = ()


class Finding(_Answer, frozen=True, kw_only=True):
    """What a rule says against the campaign: `violated`, or `undetermined` for want of facts.

    `overridable_by` is the role in which a waiver of the rule is granted, where it names one.
    `more` counts further findings of the rule, `more_facts` and `more_wanted` what its lists leave
    out: of a long list, the least that there is.
    """

    rule: str
    title: str
    status: str
    enforcement: str
    severity: str
    sources: tuple[Source, ...]
    clause: Clause
    facts: tuple[Fact, ...]
    wanted: tuple[Fact, ...] = ()
    message: str | None = None
    remedy: str | None = None
    markets: tuple[str, ...] | None = None
    overridable_by: str | None = None
    more: int = 0
    more_facts: int = 0
    more_wanted: int = 0


class WaiverUsed(_Answer, frozen=True, kw_only=True):
    """By what a finding is waived: who approved it, in which role, and for which days.

    `waiver` is its id where it was asked for, and otherwise its name in the policies. `until` is
    the first day on which it no longer holds.
    """

    waiver: str
    approved_by: str
    role: str
    approved_on: date
    ticket: str
    reason: str
    since: date = msgspec.field(name="from")
    until: date


class Waived(Finding, frozen=True, kw_only=True):
    """What a rule says against the campaign, and does not deny, since it is waived."""

    waivers: tuple[WaiverUsed, ...] = ()


class Upcoming(Finding, frozen=True, kw_only=True):
    """What will stand against a campaign that runs without end, from the day `since` on."""

    since: date = msgspec.field(name="from")


class Obligation(_Answer, frozen=True, kw_only=True):
    """A duty that is owed. `due` is the last day for it, None where the flight does not tell."""

    rule: str
    title: str
    text: str
    due: date | None
    term: str | None = None
    why: str | None = None


class Subject(_Answer, frozen=True, kw_only=True):
    """What a standing fact is about: a thing of a kind, by the name that campaigns give it."""

    kind: Literal["advertiser", "account", "audience", "model", "processor"]
    name: str


class SuppliedFact(_Answer, frozen=True, kw_only=True):
    """A fact that the campaign left open, and a standing fact states. `value` is in words."""

    pointer: str
    path: str
    label: str
    value: str


class FactUsed(_Answer, frozen=True, kw_only=True):
    """A standing fact beneath a decision: what it supplied, and where it is recorded."""

    subject: Subject
    facts: tuple[SuppliedFact, ...]
    since: date = msgspec.field(name="from")
    until: date
    evidence: str
    id: str | None
    version: int | None
    entry: int | None
    commitment: str | None
    recorded_by: str | None
    recorded_at: datetime | None


class RuleStatus(_Answer, frozen=True, kw_only=True):
    """What one rule came to."""

    rule: str
    status: str


class Receipt(_Answer, frozen=True, kw_only=True):
    """Where a decision lies in the log. `proof` is there where it was asked for."""

    index: int
    leaf_hash: str
    logged_at: datetime
    proof: str | None = None


class Truthless(_Answer, frozen=True, kw_only=True):
    """An answer that says yes or no. It has no truth value: its no would be taken for true."""

    told_by: ClassVar[str]
    """The member that says it."""

    def __bool__(self) -> NoReturn:
        """Refuse."""
        kind = type(self).__name__
        raise TypeError(f"a `{kind}` is neither true nor false; ask for its `{self.told_by}`")


class Decision(Truthless, frozen=True, kw_only=True):
    """A decision on a campaign: allow or deny, and why.

    `conclusive` is false for a deny in which no rule is violated, but facts are `missing`;
    `more_missing` counts those that are not listed.
    `valid_until` is when the answer may become another, None where nothing ahead changes it.
    `rules` is there where it was asked for. A dry run has no `id` and no `receipt`. It rests on the
    `standing_facts`; the `unfit_standing_facts` do not follow the vocabulary any more.
    """

    told_by: ClassVar[str] = "allowed"

    id: str | None
    decision: Effect
    conclusive: bool
    campaign: str | None
    policy_set: PolicySetName
    as_of: datetime
    as_if_launched: date | None
    valid_until: datetime | None
    markets: tuple[MarketVerdict, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    missing: tuple[MissingFact, ...]
    passed: int
    not_applicable: int
    recorded: bool
    waived: tuple[Waived, ...] = ()
    upcoming: tuple[Upcoming, ...] = ()
    would_pass: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    rules: tuple[RuleStatus, ...] = ()
    receipt: Receipt | None = None
    advertiser: str | None = None
    platforms: tuple[str, ...] = ()
    standing_facts: tuple[FactUsed, ...] = ()
    unfit_standing_facts: tuple[dict[str, Any], ...] = ()
    more_missing: int = 0

    @property
    def allowed(self) -> bool:
        """Whether the campaign may launch."""
        return self.decision == "allow"

    def summary(self) -> str:
        """Return what to tell whoever planned the campaign: the outcome, and what to change.

        The violated rules come first, the gravest before all; each that cannot be judged has a
        line.
        """
        return "\n".join(map(printable, self._summary()))

    def _summary(self) -> Iterator[str]:
        yield f"{self.decision.upper()}  {self.campaign or '(without id)'}"
        if self.as_if_launched is not None:
            yield f"as if launched on {self.as_if_launched}"
        violated = [each for each in self.findings if each.status == "violated"]
        for finding in sorted(violated, key=_gravity):
            yield from _violation(finding)
        for finding in self.findings:
            if finding.status != "violated":
                yield f"{finding.rule}: {finding.message or finding.title}"
        for fact in self.missing:
            place = fact.submitted_pointer or fact.pointer or fact.path
            told = f"not to be judged: {place} ({fact.label}): {fact.why}"
            yield told if fact.why else f"missing: {place} ({fact.label})"
        if self.more_missing:
            yield f"and at least {self.more_missing:,} further facts, told of once these are stated"
        for duty in self.obligations:
            due = f" until {duty.due}" if duty.due is not None else ""
            yield f"to do{due}: {duty.text} ({duty.rule})"
        for coming in self.upcoming:
            told = coming.message or coming.title
            yield f"against it from {coming.since} on: {told} ({coming.rule})"


def _gravity(finding: Finding) -> int:
    """Return the place of a finding among others: the gravest first, and last what is unknown."""
    known = finding.severity in _SEVERITIES
    return _SEVERITIES.index(finding.severity) if known else len(_SEVERITIES)


def _violation(finding: Finding) -> Iterator[str]:
    yield f"{finding.rule}: {finding.title}"
    yield from (f"  {text}" for text in (finding.message,) if text)
    for fact in finding.facts:
        required = f"; required: {fact.required}" if fact.required else ""
        yield f"  {fact.submitted_pointer or fact.pointer} is {fact.value}{required}"
    if finding.more_facts:
        yield f"  and at least {finding.more_facts:,} more values"
    yield from (f"  to pass: {text}" for text in (finding.remedy,) if text)


class LoggedDecision(Decision, frozen=True, kw_only=True):
    """A decision from the log, with who asked, when, and what was `submitted`."""

    actor: str | None
    decided_at: datetime
    submitted: dict[str, Any]


class ListedDecision(_Answer, frozen=True, kw_only=True):
    """A decision as a search lists it. Of an erased one the contents are gone."""

    id: str
    decision: Effect
    conclusive: bool
    campaign: str | None
    policy_set: PolicySetName
    rules: tuple[RuleStatus, ...]
    erased: bool
    advertiser: str | None = None
    index: int
    actor: str | None
    decided_at: datetime
    logged_at: datetime


class SearchNote(_Answer, frozen=True, kw_only=True):
    """A name in a search that no decision of the log has; `help` is what was probably meant."""

    message: str
    parameter: str
    help: str | None = None


class DecisionPage(_Answer, frozen=True, kw_only=True):
    """A page of a search. `size` is that of the log that all of its pages search.

    Before the entry `unsearched`, some decisions may meet the filters and are not found, since
    their records do not say: those of an earlier version; 0 where there are none. `notes` are of
    the first page of a search that found nothing, for a key that searches the whole log.
    """

    items: tuple[ListedDecision, ...]
    size: int
    next: str | None
    unsearched: int = 0
    notes: tuple[SearchNote, ...] = ()


class DrawnDecision(ListedDecision, frozen=True, kw_only=True):
    """A decision of a sample, and its place among all that could be drawn, in order of the log."""

    position: int


class Sample(_Answer, frozen=True, kw_only=True):
    """Decisions that nobody can have picked, in the order in which they were drawn.

    `size`, `root` (base64), `filters` and `seed` (hexadecimal) are what anyone draws them again by;
    `population` is among how many. `unsearched` and `notes` are those of a page.
    """

    size: int
    root: str
    filters: dict[str, Any]
    seed: str
    population: int
    items: tuple[DrawnDecision, ...]
    unsearched: int = 0
    notes: tuple[SearchNote, ...] = ()


class InclusionProof(_Answer, frozen=True, kw_only=True):
    """That a decision is in a log of a size and a root (RFC 6962 §2.1.1); bytes are in base64."""

    index: int
    size: int
    leaf: str
    leaf_hash: str
    hashes: tuple[str, ...]
    root: str


class Erasure(_Answer, frozen=True, kw_only=True):
    """How many decisions were erased, and the entries of the log that say so.

    Where it is not `purged`, what was deleted is still in the files of the database: ask again.
    """

    erased: int
    entries: tuple[Receipt, ...]
    purged: bool


class OutcomeCount(_Answer, frozen=True, kw_only=True):
    """How many decisions came to an outcome."""

    decision: Effect
    conclusive: bool
    count: int


class RuleCount(_Answer, frozen=True, kw_only=True):
    """In how many decisions a rule came to a status."""

    rule: str
    status: str
    count: int


class MonthCount(_Answer, frozen=True, kw_only=True):
    """The outcomes of a month in UTC, `2026-11`."""

    month: str
    outcomes: tuple[OutcomeCount, ...]


class Statistics(_Answer, frozen=True, kw_only=True):
    """How many decisions there are, as of a size of the log.

    `unsearched` and `notes` are those of a page.
    """

    size: int
    decisions: int
    outcomes: tuple[OutcomeCount, ...]
    rules: tuple[RuleCount, ...]
    rules_omitted: int
    months: tuple[MonthCount, ...]
    months_omitted: int
    unsearched: int = 0
    notes: tuple[SearchNote, ...] = ()


class Replay(Truthless, frozen=True, kw_only=True):
    """Whether a decision comes out again. `differences` name the members that do not."""

    told_by: ClassVar[str] = "replay"

    id: str
    replay: Literal["identical", "differs", "erased", "not replayable"]
    why: str | None
    differences: tuple[dict[str, Any], ...]
    omitted: int


class ListedVersion(_Answer, frozen=True, kw_only=True):
    """A version of a policy set, as a list has it.

    A version that is not sound cannot be submitted.
    """

    policy_set: str
    version: str
    digest: str
    state: str
    revision: int
    is_in_force: bool
    is_sound: bool
    author: str | None
    uploaded_at: datetime


class Version(ListedVersion, frozen=True, kw_only=True):
    """A version, and what its check and its tests came to: why it is not sound.

    Where the check has errors there are no tests: `test` is None.
    """

    check: dict[str, Any]
    test: dict[str, Any] | None


class Checked(_Answer, frozen=True, kw_only=True):
    """What a check and the tests of policies came to. `obstacle` is why they cannot decide."""

    digest: str
    check: dict[str, Any]
    test: dict[str, Any] | None
    obstacle: str | None


class Turn(_Answer, frozen=True, kw_only=True):
    """A version that is in force, or will be, from an instant on."""

    version: str
    digest: str
    since: datetime = msgspec.field(name="from")
    actor: str | None = None


class VersionName(_Answer, frozen=True, kw_only=True):
    """The name of a version."""

    version: str
    digest: str


class PolicySet(_Answer, frozen=True, kw_only=True):
    """A policy set: what is in force, what was before, and what waits for its time."""

    name: str
    revision: int
    in_force: Turn | None
    before: VersionName | None
    scheduled: Turn | None
