"""Which of Meta's objects a record holds: one of them, several joined, or a call of the API."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.adapters.reading import AdapterRefusal, Record
from api.adapters.refusal import UnrecognisedRecord
from engine.source.quoting import excerpt

_JOINED = {
    "campaign": "campaign",
    "adset": "ad set",
    "adsets": "ad set",
    "ad": "ad",
    "ads": "ad",
    "creative": "creative",
    "creatives": "creative",
    "custom_audiences": "custom audience",
}
_BESIDE = frozenset({"account", "currency"})

_CALLS = {
    "create_campaign": "campaign",
    "create_ad_set": "ad set",
    "create_ad": "ad",
    "create_ad_creative": "creative",
    "create_custom_audience": "custom audience",
    "create_product_audience": "custom audience",
    "get_reach_estimate": "ad set",
    "get_generate_previews": "ad",
}
_UPDATES = {
    "Campaign": "campaign",
    "AdSet": "ad set",
    "Ad": "ad",
    "AdCreative": "creative",
    "CustomAudience": "custom audience",
}
_MARKS = {
    "campaign": frozenset(
        [
            "objective",
            "special_ad_categories",
            "special_ad_category",
            "special_ad_category_country",
            "spend_cap",
            "buying_type",
            "smart_promotion_type",
            "advantage_state_info",
            "stop_time",
        ]
    ),
    "ad set": frozenset(
        [
            "targeting",
            "targeting_spec",
            "billing_event",
            "optimization_goal",
            "bid_amount",
            "bid_adjustments",
            "dsa_beneficiary",
            "dsa_payor",
            "promoted_object",
            "destination_type",
            "end_time",
            "regional_regulated_categories",
            "is_sac_cfca_terms_certified",
        ]
    ),
    "ad": frozenset(["adset_id", "creative", "tracking_specs", "conversion_domain", "redownload"]),
    "creative": frozenset(
        [
            "object_story_id",
            "object_story_spec",
            "asset_feed_spec",
            "degrees_of_freedom_spec",
            "image_hash",
            "image_url",
            "video_id",
            "branded_content",
            "facebook_branded_content",
            "object_type",
            "instagram_branded_content",
            "generative_asset_spec",
            "ad_disclaimer_spec",
            "link_url",
        ]
    ),
    "custom audience": frozenset(
        [
            "subtype",
            "customer_file_source",
            "lookalike_spec",
            "origin_audience_id",
            "rule",
            "retention_days",
            "is_value_based",
            "prefill",
            "pixel_id",
            "approximate_count_lower_bound",
            "opt_out_link",
        ]
    ),
}
_SENDABLE = "send a campaign, an ad set, an ad, a creative or a custom audience, or several joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """The objects of one record, by level."""

    campaign: Record | None = None
    ad_sets: tuple[Record, ...] = ()
    ads: tuple[Record, ...] = ()
    creatives: tuple[Record, ...] = ()
    audiences: tuple[Record, ...] = ()
    account: Record | None = None
    currency_holders: tuple[Record, ...] = ()


def objects_of(root: Record) -> Objects:
    """Return the objects in a record; refuse one that does not show what it is."""
    if "params" in root and "call" in root:
        return _called(root)
    if isinstance(root.unread("data"), list):
        root.refuse(
            "data",
            "the record is an answer of the API, with several objects in it",
            "send each object of `data` on a line of its own: `jq -c '.data[]'`",
        )
    levels = [level for name, level in _JOINED.items() if name in root]
    beside = any(name not in _JOINED and name not in _BESIDE for name in root)
    # An ad holds its creative, and an ad set may be known by the name of its audiences.
    if levels and not (beside and set(levels) <= {"creative"}):
        return _joined(root)
    return _single(_level(root), root)


def _called(root: Record) -> Objects:
    call = root.require("call", root.filled, _SENDABLE).value
    owner = root.filled("object")
    params = root.record("params")
    assert params is not None  # noqa: S101 - the member has been seen.
    level = _CALLS.get(call)
    if level is None and call == "update" and owner is not None:
        level = _UPDATES.get(owner.value)
    if level is None:
        root.refuse(
            "call",
            f"the call {excerpt(call)} neither creates nor changes a part of a campaign",
            _SENDABLE,
        )
    return _single(level, params)


def _joined(root: Record) -> Objects:
    campaign = root.record("campaign")
    ad_sets = tuple(_both(root, "adset", "adsets"))
    account = root.record("account")
    holders = (root, campaign, account, *ad_sets)
    return Objects(
        campaign=campaign,
        ad_sets=ad_sets,
        ads=tuple(_both(root, "ad", "ads")),
        creatives=tuple(_both(root, "creative", "creatives")),
        audiences=_several(root, "custom_audiences"),
        account=account,
        currency_holders=tuple(holder for holder in holders if holder is not None),
    )


def _both(root: Record, one: str, several: str) -> Iterator[Record]:
    single = root.record(one)
    if single is not None:
        yield single
    yield from _several(root, several)


def _several(root: Record, name: str) -> tuple[Record, ...]:
    """Return the objects in a list; of an edge of the Graph API the next page may be missing."""
    if isinstance(root.unread(name), dict):
        root.refuse(
            name,
            f"`{name}` is an edge of the Graph API, whose objects come in pages",
            f"send the objects in the `data` of every page as one list, `{name}`",
        )
    return root.records(name) or ()


def _single(level: str, record: Record) -> Objects:
    holders = (record,)
    match level:
        case "campaign":
            return Objects(campaign=record, currency_holders=holders)
        case "ad set":
            return Objects(ad_sets=holders, currency_holders=holders)
        case "ad":
            return Objects(ads=holders)
        case "creative":
            return Objects(creatives=holders)
        case _:
            return Objects(audiences=holders)


def _level(record: Record) -> str:
    names = set(record)
    shown = [level for level, marks in _MARKS.items() if names & marks]
    if not shown and "campaign_id" in names:
        return "ad set"
    if not shown and "authorization_category" in names:
        return "ad"
    if len(shown) == 1:
        return shown[0]
    if shown:
        raise AdapterRefusal(
            f"the record has members of {_spoken(shown)} side by side",
            pointer=record.pointer,
            help="join them as `campaign`, `adset`, `ad`, `creative`, `custom_audiences`",
        )
    raise UnrecognisedRecord(
        "nothing in the record shows which of Meta's objects it is", help=_SENDABLE
    )


def _spoken(levels: list[str]) -> str:
    articles = [f"an {level}" if level[0] == "a" else f"a {level}" for level in levels]
    return " and ".join((", ".join(articles[:-1]), articles[-1]))
