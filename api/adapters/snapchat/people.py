"""Whom a Snapchat ad is aimed at: ages, genders, languages, interests and segments."""

import re

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from engine.source.quoting import excerpt

from .cells import listed

__all__ = ["LEAST_AGE", "put_characteristics", "put_people"]

LEAST_AGE = 13
"""The age from which Snapchat may be used, which is what an open beginning of a bracket means."""

_AGES = re.compile(r"(?P<first>\d{1,2})(?:(?P<above>\+)|-(?P<last>\d{1,2})?)", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_GENDERS = {"": "all", "FEMALE": "female", "MALE": "male"}
_OWN_SEGMENT = "Provided by Advertiser"
_KINDS = {"HHI:": "income", "Household Income (": "income", "Life Event (": "life_event"}


def put_people(draft: Draft, row: Record) -> None:
    """Tell the ages, genders, languages and operating systems that an ad is limited to."""
    _put_ages(draft, row)
    gender = row.text("Gender")
    if gender is not None:
        if gender.value not in _GENDERS:
            row.refuse(
                "Gender",
                f"{excerpt(gender.value)} is no gender that the library documents",
                "it writes `FEMALE`, `MALE`, or nothing for all genders",
            )
        word = Found(value=_GENDERS[gender.value], pointer=gender.pointer)
        draft.put_all("targeting.genders", [word], gender.pointer)
    _put_languages(draft, row)
    system = row.text("OsType")
    if system is not None and system.value:
        draft.put_all("targeting.operating_systems", listed(system), system.pointer)
    elif system is not None:
        row.leave("OsType")


def _put_languages(draft: Draft, row: Record) -> None:
    cell = row.text("Language")
    if cell is None:
        return
    codes = listed(cell)
    if not codes:
        row.leave("Language")
        return
    for code in codes:
        if _LANGUAGE.fullmatch(code.value) is None:
            row.refuse(
                "Language",
                f"{excerpt(code.value)} is no code of a language",
                "write codes of ISO 639, such as `en,es`",
            )
    draft.put_all("targeting.languages", codes, cell.pointer)


def _put_ages(draft: Draft, row: Record) -> None:
    bracket = row.text("AgeBracket")
    if bracket is None:
        return
    least, greatest = _ages(row, bracket.value)
    draft.put("targeting.age.min", least, bracket.pointer)
    if greatest is not None:
        draft.put("targeting.age.max", greatest, bracket.pointer)
    draft.put("targeting.age.no_maximum", greatest is None, bracket.pointer)


def _ages(row: Record, bracket: str) -> tuple[int, int | None]:
    if not bracket:
        return LEAST_AGE, None
    form = _AGES.fullmatch(bracket)
    if form is None:
        row.refuse(
            "AgeBracket",
            f"{excerpt(bracket)} cannot be read as ages without guessing",
            "the library writes `18-34`, `18+`, `17-` for up to 17, or nothing for all ages",
        )
    first, last = int(form["first"]), form["last"]
    if form["above"]:
        return _in_order(row, first, None)
    if last is None:
        return _in_order(row, LEAST_AGE, first)
    return _in_order(row, first, int(last))


def _in_order(row: Record, least: int, greatest: int | None) -> tuple[int, int | None]:
    if least < LEAST_AGE or (greatest is not None and greatest < least):
        row.refuse(
            "AgeBracket",
            "the ages are not in order, or below what Snapchat allows",
            f"ages begin at {LEAST_AGE}, and the first is not above the last",
        )
    return least, greatest


def put_characteristics(draft: Draft, row: Record) -> None:
    """Tell interests, bought-in characteristics and the advertiser's own lists of people."""
    interests, demographics = row.text("Interests"), row.text("AdvancedDemographics")
    segments = row.text("Segments")
    cells = (interests, demographics, segments)
    used = next((cell for cell in cells if cell is not None and cell.value), None)
    if used is not None:
        draft.put("targeting.profiling", value=True, origin=used.pointer)
    elif None not in cells:
        draft.put("targeting.profiling", value=False, origin="")
    if interests is not None and demographics is not None:
        _put_detailed(draft, interests, demographics)
    else:
        # Half a list would read as all of it.
        row.leave("Interests")
        row.leave("AdvancedDemographics")
    if segments is not None:
        _put_segments(draft, row, segments)


def _put_detailed(draft: Draft, interests: Found[str], demographics: Found[str]) -> None:
    draft.put_none("targeting.detailed", "")
    for interest in listed(interests):
        told = draft.element("targeting.detailed", interest.pointer)
        told.put_found("name", interest)
        told.put("kind", "interest", interest.pointer)
        told.put("excluded", value=False, origin=interest.pointer)
    for segment in listed(demographics):
        told = draft.element("targeting.detailed", segment.pointer)
        told.put_found("name", segment)
        kinds = (kind for start, kind in _KINDS.items() if segment.value.startswith(start))
        told.put("kind", next(kinds, "demographic"), segment.pointer)
        told.put("source", "partner", segment.pointer)
        told.put("excluded", value=False, origin=segment.pointer)


def _put_segments(draft: Draft, row: Record, segments: Found[str]) -> None:
    if segments.value not in ("", _OWN_SEGMENT):
        row.refuse(
            "Segments",
            f"{excerpt(segments.value)} is no segment that the library documents",
            f"it writes `{_OWN_SEGMENT}`, or nothing where no segment is used",
        )
    draft.put_none("audiences", segments.pointer)
    if segments.value:
        draft.element("audiences", segments.pointer).put("source", "first_party", segments.pointer)
