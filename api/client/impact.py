"""What a version of policies would have decided of recorded decisions, as it is answered."""

from collections import Counter
from typing import Self

import msgspec

from .answers import Effect


class Verdict(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """An outcome."""

    decision: Effect
    conclusive: bool


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """How many decisions would have come out otherwise, from what to what."""

    before: Verdict
    after: Verdict
    count: int


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that comes to another status; `absent` where one side does not have it."""

    rule: str
    before: str
    after: str


class RuleChangeCount(RuleChange, frozen=True, kw_only=True):
    """In how many decisions it does."""

    count: int


class AssessedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that would have come out otherwise; or one that cannot be decided, and `why`."""

    id: str
    index: int
    campaign: str | None
    before: Verdict | None = None
    after: Verdict | None = None
    rules: tuple[RuleChange, ...] = ()
    why: str | None = None


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What a version would have decided of recorded decisions, as of a size of the log.

    `against` is the digest of the version that it was held against, None for what was recorded.
    `listed` is None unless an auditor asks. `next` is the cursor of what is not yet gone through.
    """

    policy_set: str
    version: str
    digest: str
    against: str | None = None
    size: int
    decisions: int
    unchanged: int
    other_reasons: int
    changed: int
    erased: int
    undecidable: int
    changes: tuple[OutcomeChange, ...]
    rules: tuple[RuleChangeCount, ...]
    listed: tuple[AssessedDecision, ...] | None
    next: str | None

    def with_page(self, page: Self) -> Self:
        """Return this and the page that follows it, as one."""
        changes, rules = Counter[tuple[Verdict, Verdict]](), Counter[tuple[str, str, str]]()
        for part in (self, page):
            for one in part.changes:
                changes[one.before, one.after] += one.count
            for each in part.rules:
                rules[each.rule, each.before, each.after] += each.count
        return msgspec.structs.replace(
            self,
            **{name: getattr(self, name) + getattr(page, name) for name in _COUNTS},
            changes=tuple(
                OutcomeChange(before=before, after=after, count=count)
                for (before, after), count in sorted(changes.items())
            ),
            rules=tuple(
                RuleChangeCount(rule=rule, before=before, after=after, count=count)
                for (rule, before, after), count in sorted(rules.items())
            ),
            listed=None if self.listed is None else (*self.listed, *(page.listed or ())),
            next=page.next,
        )


_COUNTS = ("decisions", "unchanged", "other_reasons", "changed", "erased", "undecidable")
