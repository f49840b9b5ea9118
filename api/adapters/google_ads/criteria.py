"""Google's criteria: by what a campaign, or an ad group in it, is aimed.

What is chosen in some ad groups
and not in others is open in the others, so ages and genders are told where each of them has them.
"""

import re
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import AdapterRefusal, Found
from engine.source.json_fault import excerpt

from .audiences import put_audience, put_remaining_lists
from .criterion import AUDIENCES, Criterion, characteristics_in, half_told, known_criteria
from .objects import Resources
from .places import put_places
from .signals import put_segments, put_signals

GENDERS = MappingProxyType({"FEMALE": "female", "MALE": "male"})
"""The genders by `type`; `UNDETERMINED` is people of whom Google does not know it."""

CHARACTERISTICS = MappingProxyType(
    {
        "extendedDemographic": ("extendedDemographicId", "demographic"),
        "incomeRange": ("type", "income"),
        "lifeEvent": ("lifeEventId", "life_event"),
        "parentalStatus": ("type", "demographic"),
        "userInterest": ("userInterestCategory", "interest"),
    }
)
"""The criteria that are characteristics of people, the member that says which, and their sort."""

DIMENSIONS = MappingProxyType({"ageRange": "AGE_RANGE", "gender": "GENDER"})
"""The dimensions of a targeting setting by the criteria that they are of."""

_AGES = re.compile(r"AGE_RANGE_(\d{2})_(\d{2}|UP)", re.ASCII)
_UNDETERMINED_AGE = "AGE_RANGE_UNDETERMINED"


def put_criteria(draft: Draft, resources: Resources) -> None:
    """Tell the criteria of the campaign and of its ad groups."""
    criteria = known_criteria(resources)
    put_places(draft, [one for one in criteria if one.group is None], resources)
    _put_ages(draft, criteria, resources)
    _put_genders(draft, criteria, resources)
    characteristics = _put_detailed(draft, criteria)
    audiences = [*_put_audiences(draft, criteria, resources), *put_signals(draft, resources)]
    aimed = [*characteristics, *audiences]
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])
    # Lists beside a campaign of which no reference is known are not all that it is aimed by.
    if audiences or (resources.campaign is None and "audiences" not in half_told(resources)):
        put_remaining_lists(draft, resources)


# --- ages and genders ---------------------------------------------------------------------------


def _chosen(criteria: list[Criterion], kind: str, resources: Resources) -> list[Found[str]] | None:
    """Return the words that are chosen of a kind, or None where they do not bound everybody.

    They do not where some ad group chooses none, where a criterion does not say what it is, and
    where Google only bids by them.
    """
    found: dict[str | None, list[Found[str]]] = {}
    for one in criteria:
        holder = one.record.record(kind)
        if holder is None:
            continue
        word = holder.filled("type")
        if one.negative:
            holder.leave("type")
        elif word is None:
            return None
        else:
            found.setdefault(one.group, []).append(word)
    if _only_bids(resources, DIMENSIONS[kind]):
        return None
    groups = {one.group for one in criteria if one.group is not None}
    groups |= set(resources.named("adGroup"))
    unnamed = len(resources.ad_groups) > len(resources.named("adGroup"))
    if None in found or (found and not unnamed and groups == found.keys()):
        return [word for words in found.values() for word in words]
    return None


def _only_bids(resources: Resources, dimension: str) -> bool:
    """Whether a campaign, or an ad group, may be shown to others than those it has criteria for."""
    for holder in (*resources.by_sort["campaign"], *resources.ad_groups):
        setting = holder.record("targetingSetting")
        restrictions = setting.records("targetRestrictions") if setting is not None else None
        for one in restrictions or ():
            if one.unread("targetingDimension") == dimension and one.unread("bidOnly") is not False:
                return True
    return False


def _leave(criteria: list[Criterion], kind: str) -> None:
    for one in criteria:
        holder = one.record.record(kind)
        if holder is not None:
            holder.leave("type")


def _put_ages(draft: Draft, criteria: list[Criterion], resources: Resources) -> None:
    """Tell the ages, unless people of unknown age are among those chosen."""
    chosen = _chosen(criteria, "ageRange", resources)
    if not chosen or any(word.value == _UNDETERMINED_AGE for word in chosen):
        _leave(criteria, "ageRange")
        return
    ranges = [_range(word) for word in chosen]
    ends = [last for _, last in ranges]
    draft.put("targeting.age.min", min(first for first, _ in ranges), chosen[0].pointer)
    draft.put("targeting.age.no_maximum", None in ends, chosen[0].pointer)
    if None not in ends:
        draft.put("targeting.age.max", max(filter(None, ends)), chosen[0].pointer)


def _range(word: Found[str]) -> tuple[int, int | None]:
    written = _AGES.fullmatch(word.value)
    if written is None:
        raise AdapterRefusal(
            f"{excerpt(word.value)} cannot be read as ages without guessing",
            pointer=word.pointer,
            help="write the range as Google does, such as `AGE_RANGE_18_24`",
        )
    return int(written[1]), None if written[2] == "UP" else int(written[2])


def _put_genders(draft: Draft, criteria: list[Criterion], resources: Resources) -> None:
    """Tell the genders; all of them, and those that Google does not know, are everyone."""
    chosen = _chosen(criteria, "gender", resources)
    words = {word.value: word for word in chosen or ()}
    if words.keys() == {*GENDERS, "UNDETERMINED"} and chosen:
        draft.put_all(
            "targeting.genders",
            [Found(value="all", pointer=chosen[0].pointer)],
            chosen[0].pointer,
        )
    elif words and words.keys() <= GENDERS.keys():
        told = [Found(value=GENDERS[name], pointer=word.pointer) for name, word in words.items()]
        draft.put_all("targeting.genders", told, told[0].pointer)
    else:
        _leave(criteria, "gender")


# --- by what people are chosen ------------------------------------------------------------------


def _put_detailed(draft: Draft, criteria: list[Criterion]) -> list[str]:
    pointers = []
    for one in criteria:
        for name in characteristics_in(one.record):
            holder = one.record.record(name)
            assert holder is not None  # noqa: S101 - the member is an object.
            told = draft.element("targeting.detailed", holder.pointer)
            told.put("excluded", one.negative, holder.pointer)
            if name in CHARACTERISTICS:
                member, kind = CHARACTERISTICS[name]
                told.put("kind", kind, holder.pointer)
                told.put_found("name", holder.filled(member) if member == "type" else None)
            pointers.append(holder.pointer)
    return pointers


def _put_audiences(draft: Draft, criteria: list[Criterion], resources: Resources) -> list[str]:
    pointers = []
    for one in criteria:
        for name in [member for member in one.record if member in AUDIENCES]:
            holder = one.record.record(name)
            assert holder is not None  # noqa: S101 - the member is there, and no other than an object is taken.
            reference = holder.filled(name)
            put_audience(draft, holder, reference, resources, excluded=one.negative)
            if name == "audience" and reference is not None:
                put_segments(draft, reference, resources, excluded=one.negative)
            pointers.append(holder.pointer)
    return pointers
