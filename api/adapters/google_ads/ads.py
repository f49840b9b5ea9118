"""Google's ads and assets: what is shown, where it leads, and what was declared about AI."""

from collections.abc import Iterator
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Record
from api.adapters.telling import put_word

from .objects import Resources

FORMATS = MappingProxyType(
    {
        "DEMAND_GEN_CAROUSEL_AD": "carousel",
        "EXPANDED_TEXT_AD": "text",
        "IMAGE_AD": "image",
        "IN_FEED_VIDEO_AD": "video",
        "RESPONSIVE_SEARCH_AD": "text",
        "TEXT_AD": "text",
        "VIDEO_AD": "video",
        "VIDEO_BUMPER_AD": "video",
        "VIDEO_NON_SKIPPABLE_IN_STREAM_AD": "video",
        "VIDEO_RESPONSIVE_AD": "video",
        "VIDEO_TRUEVIEW_IN_STREAM_AD": "video",
        "YOUTUBE_AUDIO_AD": "audio",
    }
)
"""The formats by `type` of an ad; Google puts responsive display ads together."""

ASSETS = MappingProxyType({"IMAGE": "image", "TEXT": "text", "YOUTUBE_VIDEO": "video"})
"""The formats by `type` of an asset."""

DECLARATIONS = MappingProxyType({"IS_SYNTHETIC": "synthetic", "NOT_SYNTHETIC": "not_synthetic"})
"""What the advertiser attests of synthetic content."""


def ad_parts(resources: Resources) -> Iterator[Draft]:
    """Yield what each ad tells; one of which the record holds nothing is an ad all the same."""
    for shown in resources.by_sort["adGroupAd"]:
        if resources.is_of_removed(shown):
            continue
        draft, ad = Draft(), shown.record("ad")
        if ad is None:
            draft.element("creatives", shown.pointer)
            yield draft
            continue
        told = draft.element("creatives", ad.pointer)
        told.put_found("id", resources.identifier(ad))
        put_word(told, "format", ad, "type", FORMATS)
        _put_attestation(told, ad)
        put_landing(draft, ad)
        yield draft


def put_landing(draft: Draft, shown: Record) -> None:
    """Tell where ads lead, if that is one place."""
    addresses = shown.texts("finalUrls") or ()
    if len(addresses) == 1 and addresses[0].value:
        draft.put_found("landing.url", addresses[0])
    else:
        shown.leave("finalUrls")


def asset_parts(resources: Resources) -> Iterator[Draft]:
    """Yield what each asset tells, which is a creative that leads nowhere by itself.

    So is one that an asset group shows and that is not in the record.
    """
    for asset in resources.by_sort["asset"]:
        draft = Draft()
        told = draft.element("creatives", asset.pointer)
        told.put_found("id", resources.identifier(asset))
        put_word(told, "format", asset, "type", ASSETS)
        _put_attestation(told, asset)
        yield draft
    for link in resources.by_sort["assetGroupAsset"]:
        name = link.unread("asset")
        known = isinstance(name, str) and name in resources.named("asset")
        if not known and not resources.is_of_removed(link):
            draft = Draft()
            draft.element("creatives", link.pointer)
            yield draft


def _put_attestation(told: Draft, holder: Record) -> None:
    """Tell what the advertiser attests. What Google attests is not the advertiser's declaration."""
    info = holder.record("syntheticContentInfo")
    attestation = info.record("advertiserAttestation") if info is not None else None
    if attestation is not None:
        put_word(told, "platform_ai_declaration", attestation, "status", DECLARATIONS)
