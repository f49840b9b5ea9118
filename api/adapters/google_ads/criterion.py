"""Which of Google's criteria are told: those of which it is known whether they are negative.

A search that did not ask for `negative` leaves it out, and what is kept from the ads must not be
told as what they are aimed at. Where one criterion does not say it, or does not say what it is,
none is told that would stand in the same list: those that say it would read as all of them. In an
operation that creates a criterion, none is a positive one.
"""

from dataclasses import dataclass

from api.adapters.reading import Record

from .objects import Resources

AUDIENCES = frozenset(
    [
        *("audience", "combinedAudience", "customAffinity", "customAudience", "customIntent"),
        "userList",
    ]
)
"""The criteria that refer to an audience, each by a member of the same name."""

PLACES = frozenset(["location", "locationGroup", "proximity"])

LISTS = ("ageRange", "gender", "places", "audiences", "characteristics")
"""The lists in which criteria are told."""

_NO_PEOPLE = frozenset(
    [
        *("adSchedule", "appPaymentModel", "brandList", "carrier", "contentLabel", "device"),
        *("ipBlock", "keyword", "keywordTheme", "language", "listingGroup", "listingScope"),
        *("localServiceId", "mobileAppCategory", "mobileApplication", "mobileDevice"),
        *("operatingSystemVersion", "placement", "positionEstimates", "qualityInfo"),
        *("retailFilterBundle", "topic", "verticalAdsItemGroupRuleList", "videoLineup"),
        *("webpage", "webpageList", "youtubeChannel", "youtubeVideo"),
    ]
)
"""The objects in a criterion that say nothing of people.

Any other is read as a characteristic of a sort that is not known: a list without it would read as
whole.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A criterion of which it is known whether it is negative; `group` names its ad group."""

    record: Record
    negative: bool
    group: str | None


def characteristics_in(record: Record) -> list[str]:
    """Return the members of a criterion that are characteristics of people, known ones or not."""
    told = AUDIENCES | PLACES | _NO_PEOPLE | {"ageRange", "gender"}
    return [n for n in record if n not in told and isinstance(record.unread(n), dict)]


def lists_of(record: Record) -> set[str]:
    """Return in which lists a criterion is told, or would be if the record said what it is."""
    if _is_blank(record):
        return _lists_by_type(record)
    lists = {"ageRange", "gender"} & set(record)
    lists |= {"places"} if PLACES & set(record) else set()
    lists |= {"audiences"} if AUDIENCES & set(record) else set()
    return lists | ({"characteristics"} if characteristics_in(record) else set())


def _is_blank(record: Record) -> bool:
    """Whether a criterion does not hold what it is, for which a search did not ask."""
    beside = ("positionEstimates", "qualityInfo")
    return not any(isinstance(record.unread(n), dict) for n in record if n not in beside)


def _lists_by_type(record: Record) -> set[str]:
    """Return in which list a criterion would be told by its `type`; without one, in any."""
    sort = record.unread("type")
    if not isinstance(sort, str):
        return set(LISTS)
    first, *others = sort.lower().split("_")
    name = first + "".join(word.capitalize() for word in others)
    if name in _NO_PEOPLE:
        return set()
    if name in LISTS:
        return {name}
    return (
        {"places"} if name in PLACES else {"audiences" if name in AUDIENCES else "characteristics"}
    )


def half_told(resources: Resources) -> frozenset[str]:
    """Return the lists that hold a criterion of which it is not known what it is, or which side."""
    return frozenset(
        name
        for _, record in _in_force(resources)
        if _is_blank(record) or (record.yes_no("negative") is None and not resources.created)
        for name in lists_of(record)
    )


def known_criteria(resources: Resources) -> list[Criterion]:
    """Return the criteria in force that are told."""
    half, known = half_told(resources), []
    for sort, record in _in_force(resources):
        negative = record.yes_no("negative")
        if half & lists_of(record):
            record.leave("negative")
            continue
        known.append(
            Criterion(
                record=record,
                negative=negative is not None and negative.value,
                group=_ad_group(record) if sort == "adGroupCriterion" else None,
            )
        )
    return known


def _ad_group(record: Record) -> str:
    """Return the ad group of a criterion by its name; those that do not state it are of one."""
    name = record.filled("adGroup")
    record.leave("adGroup")
    return name.value if name is not None else ""


def _in_force(resources: Resources) -> list[tuple[str, Record]]:
    return [
        (sort, record)
        for sort in ("campaignCriterion", "adGroupCriterion")
        for record in resources.by_sort[sort]
        if not resources.is_of_removed(record)
    ]
