"""Which of Google's criteria are told: those of which it is known whether they are negative.

A search that did not ask for `negative` leaves it out, and what is kept from the ads must not be
told as what they are aimed at. Where one criterion does not say it, none is told that would stand
in the same list: those that say it would read as all of them. In an operation that creates a
criterion, none is a positive one.
"""

from dataclasses import dataclass

from api.adapters.reading import Record

from .objects import Resources

_LISTS = (
    frozenset(["ageRange"]),
    frozenset(["gender"]),
    frozenset(["location", "proximity"]),
    frozenset(
        ["extendedDemographic", "incomeRange", "lifeEvent", "parentalStatus", "userInterest"]
    ),
    frozenset(["audience", "combinedAudience", "customAudience", "userList"]),
)
"""The criteria that are told in one and the same list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A criterion of which it is known whether it is negative; `group` names its ad group."""

    record: Record
    negative: bool
    group: str | None


def known_criteria(resources: Resources) -> list[Criterion]:
    """Return the criteria in force that are told."""
    in_force = [
        (sort, record)
        for sort in ("campaignCriterion", "adGroupCriterion")
        for record in resources.by_sort[sort]
        if record.unread("status") != "REMOVED"
    ]
    half: set[str] = set()
    for _, record in in_force:
        if record.yes_no("negative") is None and not resources.created:
            half |= {name for kinds in _LISTS if kinds & set(record) for name in kinds}
    known = []
    for sort, record in in_force:
        negative = record.yes_no("negative")
        if half & set(record):
            record.leave("negative")
            continue
        known.append(
            Criterion(
                record=record,
                negative=negative is not None and negative.value,
                group=str(record.unread("adGroup")) if sort == "adGroupCriterion" else None,
            )
        )
    return known
