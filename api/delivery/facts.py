"""What the counts in `delivery.by_group` come to, as facts of the campaign.

They are stated in `delivery_groups` (`policies/vocabulary/delivery_groups.policy`), in the order of
the counts, so far as the bundle that decides declares them. Where the counts cannot be compared, as
beyond `MOST_GROUPS`, they stay unknown, whatever a descriptor declares.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from engine.semantics.vocabulary import Vocabulary
from engine.source.json_fault import GREATEST_NUMBER
from engine.source.json_text import JSONValue

from ..derived import Contradiction, Derived
from .groups import Count, Measured, measure, percent

MOST_GROUPS = 100
"""The most groups that are compared: a stranger may not have more computed than that."""

SOURCES = (("delivery", "by_group"),)
"""The facts of a campaign that something is derived from here."""

_DERIVED, _COUNTS = "delivery_groups", "/delivery/by_group"


def compare_groups(campaign: object, vocabulary: Vocabulary) -> Derived:
    """Return a descriptor with its groups compared, as the vocabulary can tell it.

    What has no counts is returned as it is: the decoder says what is wrong with it.
    """
    declared = vocabulary.find((_DERIVED,))
    groups = _groups(campaign)
    if not isinstance(campaign, dict) or declared is None or declared.record is None or not groups:
        return Derived(campaign=campaign, origins={}, contradictions=())
    stated, counts = campaign.get(_DERIVED), _counts(groups)
    if counts is None:
        contradictions = () if stated is None else (_UNCOMPARED,)
        return Derived(campaign=campaign, origins={}, contradictions=contradictions)
    known = vocabulary.records[declared.record].facts
    made: JSONValue = [
        {name: value for name, value in _told(each).items() if name in known and value is not None}
        for each in _measured(counts)
    ]
    return Derived(
        campaign={**campaign, _DERIVED: made},
        origins={f"/{_DERIVED}": _COUNTS},
        contradictions=() if stated is None or stated == made else (_CONTRADICTED,),
    )


_CONTRADICTED = Contradiction(
    pointer=f"/{_DERIVED}",
    message=f"`{_DERIVED}` is declared, and the counts in `delivery.by_group` say something else",
    help=f"leave `{_DERIVED}` out: it is computed from the counts",
)


_UNCOMPARED = Contradiction(
    pointer=f"/{_DERIVED}",
    message=f"`{_DERIVED}` is declared, and the counts in `delivery.by_group` cannot be compared",
    help=f"leave `{_DERIVED}` out: it is computed from the counts, of {MOST_GROUPS} groups at most "
    "that each say how many people were reached",
)


def _groups(campaign: object) -> list[JSONValue]:
    delivery = campaign.get("delivery") if isinstance(campaign, dict) else None
    groups = delivery.get("by_group") if isinstance(delivery, dict) else None
    return groups if isinstance(groups, list) else []


def _counts(groups: list[JSONValue]) -> list[Count] | None:
    """Return the counts of groups, None where there are too many, or one says too little."""
    if len(groups) > MOST_GROUPS:
        return None
    counts = [_count(group) for group in groups]
    return [count for count in counts if count is not None] if None not in counts else None


def _count(group: JSONValue) -> Count | None:
    """Return the counts of a group, or None where it does not say what is needed of every group."""
    if not isinstance(group, dict):
        return None
    attribute, name = group.get("attribute"), group.get("group")
    reached, eligible = _whole(group.get("delivered")), _whole(group.get("eligible"))
    if not isinstance(attribute, str) or not isinstance(name, str) or reached is None:
        return None
    return Count(attribute=attribute, group=name, delivered=reached, eligible=eligible)


def _whole(value: JSONValue) -> int | None:
    """Return a number of people, in any notation that the decoder takes: `1200.0` is 1200."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    is_count = 0 <= value <= GREATEST_NUMBER and value == int(value)
    return int(value) if is_count else None


def _measured(counts: Iterable[Count]) -> Iterator[Measured]:
    """Yield every group, measured against those of its attribute, in the order of the counts."""
    ordered = tuple(counts)
    by_attribute = {
        attribute: measure([count for count in ordered if count.attribute == attribute])
        for attribute in {count.attribute for count in ordered}
    }
    for count in ordered:
        yield next(by_attribute[count.attribute])


def _told(measured: Measured) -> dict[str, JSONValue]:
    count, verdict = measured.count, measured.verdict
    share, ratio = measured.share, measured.impact_ratio
    return {
        "attribute": count.attribute,
        "group": count.group,
        "delivered": count.delivered,
        "eligible": count.eligible,
        "share": None if share is None else percent(share),
        "impact_ratio": None if ratio is None else percent(ratio),
        "highest": measured.highest,
        "significant": None if verdict is None else verdict.significant,
        "method": None if verdict is None else verdict.method.value,
    }
