"""Google's criteria: by what a campaign, or an ad group in it, is aimed."""

import re
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import AdapterRefusal, Found
from engine.source.quoting import excerpt

from .audiences import put_audience, put_remaining_lists
from .criterion import AUDIENCES, Criterion, characteristics_in, half_told, known_criteria
from .demographics import UNDETERMINED, leave, reached
from .objects import Resources
from .places import put_places
from .signals import put_segments, put_signals

GENDERS = MappingProxyType({"FEMALE": "female", "MALE": "male"})
"""The genders by `type`."""

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

_AGES = re.compile(r"AGE_RANGE_(\d{2})_(\d{2}|UP)", re.ASCII)


def put_criteria(draft: Draft, resources: Resources) -> None:
    """Tell the criteria of the campaign and of its ad groups."""
    criteria = known_criteria(resources)
    put_places(draft, criteria, resources)
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


def _put_ages(draft: Draft, criteria: list[Criterion], resources: Resources) -> None:
    """Tell the ages, unless people of unknown age are among those that are reached."""
    found = reached(criteria, "ageRange", resources)
    if found is None or UNDETERMINED["ageRange"] in found:
        leave(criteria, "ageRange")
        return
    ranges = [_range(word) for word in found.values()]
    ends = [last for _, last in ranges]
    origin = next(iter(found.values())).pointer
    draft.put("targeting.age.min", min(first for first, _ in ranges), origin)
    draft.put("targeting.age.no_maximum", None in ends, origin)
    if None not in ends:
        draft.put("targeting.age.max", max(filter(None, ends)), origin)


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
    found = reached(criteria, "gender", resources) or {}
    if found.keys() == {*GENDERS, UNDETERMINED["gender"]}:
        origin = next(iter(found.values())).pointer
        draft.put_all("targeting.genders", [Found(value="all", pointer=origin)], origin)
    elif found and found.keys() <= GENDERS.keys():
        told = [Found(value=GENDERS[name], pointer=word.pointer) for name, word in found.items()]
        draft.put_all("targeting.genders", told, told[0].pointer)
    else:
        leave(criteria, "gender")


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
