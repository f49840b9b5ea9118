"""Meta's ads and ad creatives: what is shown, what Meta may change in it, and what was declared."""

from collections.abc import Iterator
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record

from .objects import Objects

AI_DECLARATIONS = MappingProxyType(
    {"POLITICAL": "not_declared", "POLITICAL_WITH_DIGITALLY_CREATED_MEDIA": "synthetic"}
)
"""What a political `authorization_category` declares about AI; `NONE` declares neither."""

_BRANDED = (
    ("branded_content", "sponsor_page_id"),
    ("facebook_branded_content", "sponsor_page_id"),
    ("instagram_branded_content", "sponsor_id"),
)
_STORIES = MappingProxyType(
    {"video_data": "video", "photo_data": "image", "text_data": "text", "link_data": None}
)
"""What a story holds, and the format that it is; a link has one or several pictures, or none."""


def ad_parts(objects: Objects) -> list[Draft]:
    """Return what each ad, and each creative that belongs to none of the ads, tells."""
    parts = []
    separate = {creative.pointer: creative for creative in objects.creatives}
    by_identifier = {_value(_identifier(one)): one for one in objects.creatives}
    alone = objects.creatives[0] if len(objects.creatives) == len(objects.ads) == 1 else None
    for ad in objects.ads:
        inline = ad.record("creative")
        wanted = _value(_identifier(inline)) if inline is not None else None
        creative = by_identifier.get(wanted) if wanted is not None else alone
        belonging = [] if creative is None else [separate.pop(creative.pointer, creative)]
        parts.append(_part(ad, [*([] if inline is None else [inline]), *belonging]))
    return parts + [_part(creative, [creative]) for creative in separate.values()]


def _value(found: Found[str] | None) -> str | None:
    return None if found is None else found.value


def _identifier(creative: Record) -> Found[str] | None:
    return creative.identifier("id") or creative.identifier("creative_id")


def _part(shown: Record, creatives: list[Record]) -> Draft:
    draft = Draft()
    told = draft.element("creatives", shown.pointer)
    told.put_found("id", shown.identifier("id"))
    _put_declaration(draft, told, list(dict.fromkeys((shown, *creatives))))
    for creative in creatives:
        identifier = _identifier(creative)
        if "id" not in shown:
            told.put_found("id", identifier)
        elif creative is not shown:
            creative.leave("id")
            creative.leave("creative_id")
        _put_content(draft, told, creative)
        _put_partnership(told, creative)
        _put_features(draft, creative)
    return draft


def _put_declaration(draft: Draft, told: Draft, holders: list[Record]) -> None:
    """Tell what an ad, or its creative, was declared as; synthetic media on either is on both."""
    for holder in holders:
        category = holder.filled("authorization_category")
        if category is None or category.value not in AI_DECLARATIONS:
            holder.leave("authorization_category")
            continue
        draft.put("political.is_political", value=True, origin=category.pointer)
        declared = AI_DECLARATIONS[category.value]
        if told.facts().get("platform_ai_declaration") != "synthetic":
            told.put("platform_ai_declaration", declared, category.pointer)


# --- what is shown ----------------------------------------------------------------------------


def _put_content(draft: Draft, told: Draft, creative: Record) -> None:
    formats = list(_formats(creative))
    texts, links = [(creative, "body")], [(creative, "link_url"), (creative, "object_url")]
    story = creative.record("object_story_spec")
    for name, form in _STORIES.items():
        content = story.record(name) if story is not None else None
        if content is not None:
            formats += _story_formats(content, form)
            texts += [(content, "message"), (content, "caption")]
            links += [(content, "link")]
    _put_first(told, "text", texts)
    _put_first(draft, "landing.url", links)
    # Several variants, or several sorts of media, and the format depends on who looks.
    if "asset_feed_spec" not in creative and len({form.value for form in formats}) == 1:
        told.put_found("format", formats[0])


def _put_first(draft: Draft, fact: str, places: list[tuple[Record, str]]) -> None:
    """Tell the first of several members that is there; the others stay unmapped."""
    for holder, name in places:
        found = holder.filled(name)
        if found is not None and fact not in draft.facts():
            draft.put_found(fact, found)
        else:
            holder.leave(name)


def _story_formats(content: Record, form: str | None) -> Iterator[Found[str]]:
    if form is not None:
        yield Found(value=form, pointer=content.pointer)
    elif "child_attachments" in content:
        yield Found(value="carousel", pointer=content.at("child_attachments"))
    else:
        for picture in ("image_hash", "picture"):
            if picture in content:
                yield Found(value="image", pointer=content.at(picture))


def _formats(record: Record) -> Iterator[Found[str]]:
    for name, form in (("video_id", "video"), ("image_hash", "image"), ("image_url", "image")):
        if name in record:
            yield Found(value=form, pointer=record.at(name))


def _put_partnership(told: Draft, creative: Record) -> None:
    for name, sponsor in _BRANDED:
        partnership = creative.record(name)
        if partnership is not None and sponsor in partnership:
            told.put("endorsement.material_connection", value=True, origin=partnership.at(sponsor))
            told.put("endorsement.disclosed", value=True, origin=partnership.at(sponsor))


def _put_features(draft: Draft, creative: Record) -> None:
    """Tell the features by which Meta may change the ad, where it may do so by any.

    Where it is not known whether one is on, none is told: the others would read as all.
    """
    freedom = creative.record("degrees_of_freedom_spec")
    features = freedom.record("creative_features_spec") if freedom is not None else None
    if features is None:
        return
    chosen: list[tuple[Record, Found[str]]] = []
    whole = True
    for name in features:
        feature = features.record(name)
        assert feature is not None  # noqa: S101 - the names are of members that are not null.
        status = feature.filled("enroll_status")
        whole = whole and status is not None and status.value in ("OPT_IN", "OPT_OUT")
        if status is not None and status.value == "OPT_IN":
            chosen.append((feature, Found(value=name, pointer=status.pointer)))
        else:
            feature.leave("enroll_status")
    if chosen and whole:
        told = [found for _, found in chosen]
        draft.put_all("automation.creative_generation", told, features.pointer)
    for feature, _ in () if whole else chosen:
        feature.leave("enroll_status")
