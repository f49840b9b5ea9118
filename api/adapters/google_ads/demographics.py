"""Ages and genders on Google: whom an ad is shown to, of those that are chosen and those excluded.

An ad group is shown to whom it chooses, or its audiences do, without whom it, or its campaign,
excludes. What it chooses bounds nobody where Google only bids by it (`targetingSetting`), nor where
targeting is optimized (`optimizedTargetingEnabled`), which goes beyond ages and genders too unless
`excludeDemographicExpansion` says otherwise. A search that did not ask for these settings leaves
them out: then it is not known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from api.adapters.reading import Found, Record

from .criterion import Criterion
from .objects import Resources

UNDETERMINED = MappingProxyType({"ageRange": "AGE_RANGE_UNDETERMINED", "gender": "UNDETERMINED"})
"""The people of whom Google does not know it, who are among everybody; below 18 all are."""

EVERYBODY = MappingProxyType(
    {
        "ageRange": (
            *("AGE_RANGE_18_24", "AGE_RANGE_25_34", "AGE_RANGE_35_44", "AGE_RANGE_45_54"),
            *("AGE_RANGE_55_64", "AGE_RANGE_65_UP", UNDETERMINED["ageRange"]),
        ),
        "gender": ("FEMALE", "MALE", UNDETERMINED["gender"]),
    }
)
"""The words of each sort of criterion, which everybody is one of."""

DIMENSIONS = MappingProxyType({"ageRange": "AGE_RANGE", "gender": "GENDER"})
"""The dimensions of a targeting setting by the criteria that they are of."""

_EVERY_DIMENSION = (
    *("AGE_RANGE", "AUDIENCE", "GENDER", "INCOME_RANGE", "KEYWORD"),
    *("PARENTAL_STATUS", "PLACEMENT", "TOPIC"),
)

_NEVER_OPTIMIZED = frozenset(["SEARCH", "SHOPPING"])
"""The channels without optimized targeting (support.google.com/google-ads/answer/10538014)."""

Words = dict[str, Found[str]]


@dataclass(frozen=True, slots=True)
class _Sides:
    """Whom the criteria of one sort choose and exclude, of an ad group or of the campaign."""

    chosen: Words = field(default_factory=dict)
    excluded: Words = field(default_factory=dict)


def reached(criteria: Sequence[Criterion], kind: str, resources: Resources) -> Words | None:
    """Return the words of whom the ads are shown to, and None where nothing is known to bound them.

    Each ad group has to be bounded: one that is not is open to everybody.
    """
    sides, groups = _sides(criteria, kind), _groups(criteria, resources)
    if not sides or groups is None or _goes_beyond(groups.values(), resources):
        return None
    of_campaign, bids = sides.get(None, _Sides()), _only_bids(resources, DIMENSIONS[kind])
    parts: list[tuple[_Sides, Record | None]] = [
        (sides.get(name, _Sides()), group) for name, group in groups.items()
    ]
    found: Words = {}
    for own, group in parts or [(_Sides(), None)]:
        chosen = [
            one.chosen
            for one, holder in ((of_campaign, resources.campaign), (own, group))
            if one.chosen and not bids and (resources.created or _restrictions(holder) is not None)
        ]
        excluded = own.excluded | of_campaign.excluded
        if not chosen and not excluded:
            return None
        found |= _left(kind, chosen, excluded)
    return found or None


def _left(kind: str, chosen: Sequence[Words], excluded: Words) -> Words:
    """Return the words that are among each choice, and not excluded."""
    if chosen:
        words = dict(chosen[0])
    else:
        origin = next(iter(excluded.values())).pointer
        words = {word: Found(value=word, pointer=origin) for word in EVERYBODY[kind]}
    return {
        word: one
        for word, one in words.items()
        if word not in excluded and all(word in others for others in chosen)
    }


def _sides(criteria: Sequence[Criterion], kind: str) -> dict[str | None, _Sides]:
    """Return the criteria of a sort by their ad groups.

    None of them where one does not say what it is, or excludes people by a word that is not known.
    """
    sides: dict[str | None, _Sides] = {}
    for one in criteria:
        holder = one.record.record(kind)
        if holder is None:
            continue
        word = holder.filled("type")
        if word is None or (one.negative and word.value not in EVERYBODY[kind]):
            return {}
        side = sides.setdefault(one.group, _Sides())
        (side.excluded if one.negative else side.chosen)[word.value] = word
    return sides


def leave(criteria: Sequence[Criterion], kind: str) -> None:
    """Keep the criteria of a sort as unmapped."""
    for one in criteria:
        holder = one.record.record(kind)
        if holder is not None:
            holder.leave("type")


# --- what Google may go beyond ------------------------------------------------------------------


def _groups(criteria: Sequence[Criterion], resources: Resources) -> dict[str, Record] | None:
    """Return the ad groups by their names.

    None where one has no name, or is named by a criterion and not in the record: which criteria are
    whose, and how each ad group is set, is not known then.
    """
    named: dict[str, Record] = {}
    for group in resources.ad_groups:
        name = group.unread("resourceName")
        if not isinstance(name, str):
            return None
        named[name] = group
    return named if {one.group for one in criteria} <= {None, *named} else None


def _goes_beyond(groups: Collection[Record], resources: Resources) -> bool:
    """Whether Google may show the ads to other ages and genders, for all that the record tells."""
    switches = [_expands(group) for group in groups]
    campaign = resources.campaign
    channel = campaign.unread("advertisingChannelType") if campaign is not None else None
    if channel in _NEVER_OPTIMIZED:
        return True in switches
    return not switches or any(switch is not False for switch in switches)


def _expands(group: Record) -> bool | None:
    """Whether targeting is optimized beyond ages and genders, None where it is not known."""
    optimized = group.yes_no("optimizedTargetingEnabled")
    kept = group.yes_no("excludeDemographicExpansion")
    group.leave("excludeDemographicExpansion")
    if kept is not None and kept.value:
        return False
    return None if optimized is None else optimized.value


def _only_bids(resources: Resources, dimension: str) -> bool:
    """Whether a campaign, or an ad group, may be shown to others than those it has criteria for.

    A restriction of a dimension that is not known may be of this one.
    """
    others = [each for each in _EVERY_DIMENSION if each != dimension]
    return any(
        one.unread("bidOnly") is not False and one.unread("targetingDimension") not in others
        for holder in (*resources.by_sort["campaign"], *resources.ad_groups)
        for one in _restrictions(holder) or ()
    )


def _restrictions(holder: Record | None) -> Sequence[Record] | None:
    """Return the restrictions of a targeting setting, None where the record does not hold it.

    In an operation that creates, an absent one is Google's default: criteria restrict.
    """
    setting = holder.record("targetingSetting") if holder is not None else None
    return setting.records("targetRestrictions") if setting is not None else None
