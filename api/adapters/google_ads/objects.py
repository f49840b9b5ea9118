"""Which resources of the Google Ads API a record holds, and in which of its forms."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from api.adapters.reading import AdapterRefusal, Found, Record
from api.adapters.refusal import UnrecognisedRecord
from engine.source.quoting import excerpt

_SEVERAL = {
    "adGroup": "adGroups",
    "adGroupAd": "adGroupAds",
    "adGroupCriterion": "adGroupCriteria",
    "asset": "assets",
    "assetGroup": "assetGroups",
    "assetGroupAsset": "assetGroupAssets",
    "assetGroupSignal": "assetGroupSignals",
    "audience": "audiences",
    "campaignCriterion": "campaignCriteria",
    "geoTargetConstant": "geoTargetConstants",
    "userList": "userLists",
}
_ONE = frozenset(["campaign", "campaignBudget", "consent", "customer"])
_CRITERIA = frozenset(["adGroupCriterion", "campaignCriterion"])
_COLLECTIONS = {
    "adGroupAds": "adGroupAd",
    "adGroups": "adGroup",
    "assetGroups": "assetGroup",
    "assets": "asset",
    "audiences": "audience",
    "campaignBudgets": "campaignBudget",
    "campaigns": "campaign",
    "userLists": "userList",
}
_NAME = re.compile(r"customers/(\d+)/(\w+)/([\w~-]+)", re.ASCII)
_CAMPAIGN = frozenset(
    ["advertisingChannelType", "biddingStrategyType", "containsEuPoliticalAdvertising"]
)
_OF_PYTHON = frozenset(
    ["resource_name", "advertising_channel_type", "contains_eu_political_advertising"]
)
_SENDABLE = (
    "send a resource, several joined by name (`campaign`, `campaignBudget`, `campaignCriteria`), "
    "the rows of a search (`results`), or `mutateOperations`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The resources of one record, by the name of their sort; `created` are of a mutation."""

    by_sort: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, dict[str, Record]] = field(default_factory=lambda: defaultdict(dict))
    created: bool = False

    @property
    def campaign(self) -> Record | None:
        """The campaign."""
        return self.one("campaign")

    @property
    def ad_groups(self) -> list[Record]:
        """The ad groups, without those that have been removed, which a search returns too."""
        return [one for one in self.by_sort["adGroup"] if not is_removed(one)]

    def is_of_removed(self, part: Record) -> bool:
        """Whether a criterion, an ad or a signal has been removed, or the group that it is in."""
        for sort in ("adGroup", "assetGroup"):
            name = part.unread(sort)
            group = self.named(sort).get(name) if isinstance(name, str) else None
            if group is not None and is_removed(group):
                return True
        return is_removed(part)

    def one(self, sort: str) -> Record | None:
        """Return the only resource of a sort."""
        found = self.by_sort[sort]
        return found[0] if found else None

    def named(self, sort: str) -> dict[str, Record]:
        """Return the resources of a sort by their resource names, without taking these."""
        return self.by_name[sort]

    def identifier(self, resource: Record) -> Found[str] | None:
        """Return the `id` of a resource, or the last part of its name; a temporary one is none."""
        found = resource.identifier("id")
        return found if found is not None else self.identifier_in(resource, "resourceName")

    def identifier_in(self, resource: Record, name: str) -> Found[str] | None:
        """Return the last part of a resource name that stands in a member."""
        found = resource.filled(name)
        written = _NAME.fullmatch(found.value) if found is not None else None
        if found is None or written is None or written[3].startswith("-"):
            resource.leave(name)
            return None
        return Found(value=written[3], pointer=found.pointer)


def is_removed(resource: Record) -> bool:
    """Whether a resource has been removed, after which Google shows it to nobody, nor again."""
    return resource.unread("status") == "REMOVED"


def resources_of(root: Record) -> Resources:
    """Return the resources in a record; refuse one that does not show what it holds."""
    if "mutateOperations" in root:
        resources = Resources(created=True)
        found = _created(root)
    elif "results" in root:
        resources = Resources()
        found = _rows(root)
    else:
        resources = Resources()
        found = _joined(root)
    for sort, resource in found:
        _check_names(resource)
        _check_own_name(resource)
        _add(resources, sort, resource)
    return resources


def _check_names(resource: Record) -> None:
    """Refuse names as the Python library writes them, of which none would be read."""
    written = next((name for name in resource if name in _OF_PYTHON), None)
    if written is not None:
        resource.refuse(
            written,
            f"{excerpt(written)} is not written as REST gives it",
            "send the JSON of REST, with names such as `resourceName`: "
            "`MessageToDict(row._pb)` writes it",
        )


def _check_own_name(resource: Record) -> None:
    """Refuse a resource whose name is no text."""
    resource.filled("resourceName")
    resource.leave("resourceName")


def _add(resources: Resources, sort: str, resource: Record) -> None:
    """Add a resource; one that is there already, as rows repeat it, is not added again.

    Where the two differ, what the second says stays unmapped.
    """
    name = resource.unread("resourceName")
    named = resources.named(sort).get(name) if isinstance(name, str) else None
    known = resources.one(sort) if sort in _ONE and named is None else named
    if known is not None and known.says_the_same_as(resource):
        resource.take_all()
        return
    if named is not None:
        return
    if sort in _ONE and resources.by_sort[sort]:
        raise AdapterRefusal(
            f"the record holds several resources `{sort}`",
            pointer=resource.pointer,
            help="send the resources of one campaign in one record",
        )
    resources.by_sort[sort].append(resource)
    if isinstance(name, str):
        resources.by_name[sort][name] = resource


def _rows(root: Record) -> Iterator[tuple[str, Record]]:
    for row in root.records("results") or ():
        yield from _singles(row, _ONE | _SEVERAL.keys())


def _created(root: Record) -> Iterator[tuple[str, Record]]:
    for operation in root.records("mutateOperations") or ():
        for name in operation:
            sort = name.removesuffix("Operation")
            if sort in _ONE | _SEVERAL.keys() and name != sort:
                wrapped = operation.record(name)
                made = wrapped.record("create") if wrapped is not None else None
                if made is not None:
                    yield sort, made


def _joined(root: Record) -> Iterator[tuple[str, Record]]:
    """Yield resources by name. One criterion alone says nothing of the others, and is left."""
    sorts = (_ONE | _SEVERAL.keys()) - _CRITERIA
    if not any(name in root for name in (*sorts, *_SEVERAL.values(), *_CRITERIA)):
        yield _sort_of(root), root
        return
    if isinstance(root.unread("campaign"), str):
        yield _sort_of(root), root
        return
    yield from _singles(root, sorts)
    for sort, several in _SEVERAL.items():
        for resource in root.records(several) or ():
            yield sort, resource


def _singles(row: Record, sorts: frozenset[str]) -> Iterator[tuple[str, Record]]:
    for sort in sorted(sorts):
        resource = row.record(sort)
        if resource is not None:
            yield sort, resource


def _sort_of(resource: Record) -> str:
    """Return the sort of a resource that stands alone, by its name or by its members."""
    name = resource.unread("resourceName")
    written = _NAME.fullmatch(name) if isinstance(name, str) else None
    if written is not None and written[2] in _COLLECTIONS:
        return _COLLECTIONS[written[2]]
    if any(member in resource for member in _CAMPAIGN):
        return "campaign"
    _check_names(resource)
    raise UnrecognisedRecord(
        "nothing in the record shows which resource of the Google Ads API it is", help=_SENDABLE
    )
