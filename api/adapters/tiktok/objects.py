"""Which of TikTok's objects a record holds: one of them, or several joined."""

from dataclasses import dataclass

from api.adapters.reading import AdapterRefusal, Found, Record
from api.adapters.refusal import UnrecognisedRecord

_JOINED = frozenset(["campaign", "adgroup", "adgroups", "ad", "ads", "advertiser"])
_AD = frozenset(
    [
        "ad_id",
        "ad_name",
        "ad_text",
        "ad_format",
        "aigc_disclosure_type",
        "creatives",
        "landing_page_url",
        "dark_post_status",
        "smart_plus_ad_id",
        "creative_list",
        "landing_page_url_list",
    ]
)
_AD_GROUP = frozenset(
    [
        "adgroup_id",
        "adgroup_name",
        "age_groups",
        "gender",
        "location_ids",
        "schedule_type",
        "schedule_start_time",
        "billing_event",
        "optimization_goal",
        "placement_type",
        "interest_category_ids",
        "is_hfss",
        "targeting_spec",
        "targeting_optimization_mode",
    ]
)
_CAMPAIGN = frozenset(
    [
        "campaign_id",
        "campaign_name",
        "objective_type",
        "special_industries",
        "smart_plus_adgroup_mode",
    ]
)
_SENDABLE = (
    "send a campaign, an ad group or an ad, or several joined as `campaign`, `adgroups`, `ads`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """The objects of one record, by level."""

    root: Record
    campaign: Record | None = None
    ad_groups: tuple[Record, ...] = ()
    ads: tuple[Record, ...] = ()
    advertiser: Record | None = None

    def all(self) -> tuple[Record, ...]:
        """Return the objects of every level, from the account down, and the record itself."""
        above = (self.advertiser, self.campaign)
        objects = (*(one for one in above if one is not None), *self.ad_groups, *self.ads)
        return objects if self.root in objects else (*objects, self.root)

    def account_id(self) -> Found[str] | None:
        """Return the identifier of the advertising account, where an object states it."""
        found = [one.identifier("advertiser_id") for one in self.all()]
        return next((identifier for identifier in found if identifier is not None), None)

    def currency(self) -> str | None:
        """Return the currency of the account, which the objects under it do not carry."""
        found = [one.filled("currency") for one in self.all()]
        return next((currency.value for currency in found if currency is not None), None)

    def leave_currency(self) -> None:
        """Keep the currency as unmapped, where no amount has been told in it."""
        for one in self.all():
            one.leave("currency")


def objects_of(root: Record) -> Objects:
    """Return the objects in a record; refuse one that does not show what it is.

    An ad names its ad group and its campaign too, and an ad group its campaign: the lowest level
    of which there is a mark is the object's own.
    """
    names = set(root)
    if names & _JOINED:
        return _joined(root)
    if names & _AD:
        return Objects(root=root, ads=(root,))
    if names & _AD_GROUP:
        return Objects(root=root, ad_groups=(root,))
    if names & _CAMPAIGN:
        return Objects(root=root, campaign=root)
    if isinstance(root.unread("data"), dict):
        raise AdapterRefusal(
            "the record is an answer of the API, with several objects in it",
            pointer="/data",
            help="send each object of `data.list` on a line of its own: `jq -c '.data.list[]'`",
        )
    raise UnrecognisedRecord(
        "nothing in the record shows which of TikTok's objects it is", help=_SENDABLE
    )


def _joined(root: Record) -> Objects:
    single = (root.record("adgroup"), root.record("ad"))
    ad_groups, ads = root.records("adgroups") or (), root.records("ads") or ()
    return Objects(
        root=root,
        campaign=root.record("campaign"),
        ad_groups=(*((single[0],) if single[0] is not None else ()), *ad_groups),
        ads=(*((single[1],) if single[1] is not None else ()), *ads),
        advertiser=root.record("advertiser"),
    )
