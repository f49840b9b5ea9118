"""TikTok's ads: what is shown, where it leads, and what was declared about AI."""

from collections.abc import Sequence

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
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
    """Return what each ad tells.

    One that is being created holds several under `creatives`, and one of Smart+ under
    `creative_list`.
    """
    parts: list[Draft] = []
    for ad in objects.ads:
        smart, creatives = ad.records("creative_list"), ad.records("creatives")
        if smart is not None:
            parts.append(_smart_part(ad, smart, objects))
        else:
            parts += [
                _part(ad, one, objects) for one in ((ad,) if creatives is None else creatives)
            ]
    return parts


def _part(ad: Record, shown: Record, objects: Objects) -> Draft:
    draft = _begun(ad, objects)
    told = draft.element("creatives", shown.pointer)
    told.put_found("id", shown.identifier("ad_id"))
    told.put_found("text", shown.filled("ad_text"))
    _put_sort(told, shown)
    draft.put_found("landing.url", shown.filled("landing_page_url"))
    return draft


def _begun(ad: Record, objects: Objects) -> Draft:
    draft = Draft()
    if objects.campaign is None and not objects.ad_groups:
        draft.put_found("id", ad.identifier("campaign_id"))
        draft.put_found("name", ad.filled("campaign_name"))
    return draft


def _put_sort(told: Draft, shown: Record) -> None:
    put_word(told, "format", shown, "ad_format", FORMATS)
    put_word(told, "platform_ai_declaration", shown, "aigc_disclosure_type", AI_DECLARATIONS)


# --- Smart+ -----------------------------------------------------------------------------------


def _smart_part(ad: Record, creatives: Sequence[Record], objects: Objects) -> Draft:
    """Return what an ad of Smart+ tells, which puts its texts, pages and creatives together.

    A text is told of the creatives, and a page, where there is only one.
    """
    draft = _begun(ad, objects)
    text = _only(ad, "ad_text_list", "ad_text")
    for one in creatives:
        told = draft.element("creatives", one.pointer)
        told.put_found("id", one.identifier("ad_material_id"))
        told.put_found("text", text)
        shown = one.record("creative_info")
        if shown is not None:
            _put_sort(told, shown)
    draft.put_found("landing.url", _only(ad, "landing_page_url_list", "landing_page_url"))
    settings = ad.record("ad_configuration")
    if settings is not None:
        _put_generation(draft, settings)
    return draft


def _only(ad: Record, several: str, name: str) -> Found[str] | None:
    holders = ad.records(several) or ()
    if len(holders) == 1:
        return holders[0].filled(name)
    return None


def _put_generation(draft: Draft, settings: Record) -> None:
    """Tell by which features TikTok makes or changes creatives."""
    added = settings.yes_no("creative_auto_add_toggle")
    told = list(settings.texts("creative_auto_enhancement_strategy_list") or ())
    if added is not None and added.value:
        told.append(Found(value="creative_auto_add_toggle", pointer=added.pointer))
    else:
        settings.leave("creative_auto_add_toggle")
    if told:
        draft.put_all("automation.creative_generation", told, told[0].pointer)
