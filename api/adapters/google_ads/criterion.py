"""Which of Google's criteria are told: those of which it is known whether they are negative.

A search that did not ask for `negative` leaves it out, and what is kept from the ads must not be
told as what they are aimed at. In an operation that creates a criterion, none is a positive one.
"""

from dataclasses import dataclass

from api.adapters.reading import Record

from .objects import Resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A criterion of which it is known whether it is negative; `group` names its ad group."""

    record: Record
    negative: bool
    group: str | None


def known_criteria(resources: Resources) -> list[Criterion]:
    """Return the criteria that are in force, and of which it is known whether they are negative."""
    known = []
    for sort in ("campaignCriterion", "adGroupCriterion"):
        for record in resources.by_sort[sort]:
            removed = record.unread("status") == "REMOVED"
            negative = record.yes_no("negative")
            if removed or (negative is None and not resources.created):
                record.leave("negative")
                continue
            group = record.unread("adGroup")
            known.append(
                Criterion(
                    record=record,
                    negative=negative is not None and negative.value,
                    group=str(group) if sort == "adGroupCriterion" else None,
                )
            )
    return known
