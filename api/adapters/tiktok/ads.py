"""TikTok's ads: what is shown, where it leads, and what was declared about AI."""

from api.adapters.adaptation import Draft
from api.adapters.reading import Record
from api.adapters.telling import put_word

from .objects import Objects

FORMATS = {
    "CAROUSEL_ADS": "carousel",
    "CATALOG_CAROUSEL": "carousel",
    "SINGLE_IMAGE": "image",
    "SINGLE_VIDEO": "video",
}
"""The formats by `ad_format`; any other is left unmapped."""

AI_DECLARATIONS = {"NOT_DECLARED": "not_declared", "SELF_DISCLOSURE": "synthetic"}
"""What `aigc_disclosure_type` declares about AI."""


def ad_parts(objects: Objects) -> list[Draft]:
    """Return what each ad tells; one that is being created holds several under `creatives`."""
    shown: list[tuple[Record, Record]] = []
    for ad in objects.ads:
        creatives = ad.records("creatives")
        shown += [(ad, ad)] if creatives is None else [(ad, one) for one in creatives]
    return [_part(ad, one, objects) for ad, one in shown]


def _part(ad: Record, shown: Record, objects: Objects) -> Draft:
    draft = Draft()
    if objects.campaign is None and not objects.ad_groups:
        draft.put_found("id", ad.identifier("campaign_id"))
        draft.put_found("name", ad.filled("campaign_name"))
    told = draft.element("creatives", shown.pointer)
    told.put_found("id", shown.identifier("ad_id"))
    put_word(told, "format", shown, "ad_format", FORMATS)
    told.put_found("text", shown.filled("ad_text"))
    put_word(told, "platform_ai_declaration", shown, "aigc_disclosure_type", AI_DECLARATIONS)
    draft.put_found("landing.url", shown.filled("landing_page_url"))
    return draft
