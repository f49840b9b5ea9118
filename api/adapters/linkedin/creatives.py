"""LinkedIn's creatives: what is shown, and where a click leads."""

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record

from .objects import Objects

FORMATS = {"CAROUSEL": "carousel", "SINGLE_VIDEO": "video", "TEXT_AD": "text"}
"""The formats by `format` of the campaign; any other may be of several sorts."""


def creative_parts(objects: Objects) -> list[Draft]:
    """Return what each creative tells; its format is that of the only campaign."""
    campaign = objects.campaigns[0] if len(objects.campaigns) == 1 else None
    form = campaign.filled("format") if campaign is not None and objects.creatives else None
    if campaign is not None and (form is None or form.value not in FORMATS):
        campaign.leave("format")
        form = None
    return [_part(creative, form) for creative in objects.creatives]


def _part(creative: Record, form: Found[str] | None) -> Draft:
    draft = Draft()
    told = draft.element("creatives", creative.pointer)
    told.put_found("id", creative.identifier("id"))
    if form is not None:
        told.put("format", FORMATS[form.value], form.pointer)
    content = creative.record("content")
    words = content.record("textAd") if content is not None else None
    if words is not None:
        told.put_found("text", words.filled("headline"))
        draft.put_found("landing.url", words.filled("landingPage"))
    return draft
