"""Google's audiences made of segments, and the asset groups of Performance Max that use them.

A signal of an asset group says whom Google begins with, and bounds nobody: its ages and genders are
no ages and genders that the ads are shown to, and stay unmapped. The people are chosen all the
same, so that segments are told.
"""

from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record

from .ads import put_landing
from .audiences import put_audience
from .objects import Resources, is_removed

SEGMENTS = MappingProxyType(
    {
        "detailedDemographic": "demographic",
        "lifeEvent": "life_event",
        "userInterest": "interest",
    }
)
"""The segments that are characteristics of people, and their sort; a number is no name."""

_WORDS = (
    ("householdIncome", "incomeRanges", "income"),
    ("parentalStatus", "parentalStatuses", "demographic"),
)
_AUDIENCES = frozenset(["customAudience", "userList"])
_BOUNDS = frozenset(["age", "gender"])


def put_signals(draft: Draft, resources: Resources) -> list[str]:
    """Tell the audiences that asset groups begin with, and return where they stand."""
    pointers = []
    for signal in resources.by_sort["assetGroupSignal"]:
        holder = signal.record("audience") if not resources.is_of_removed(signal) else None
        if holder is None:
            continue
        reference = holder.filled("audience")
        put_audience(draft, holder, reference, resources, excluded=False)
        if reference is not None:
            put_segments(draft, reference, resources, excluded=False)
        pointers.append(holder.pointer)
    return pointers


def asset_group_parts(resources: Resources) -> list[Draft]:
    """Return where each asset group leads, and of which campaign it is."""
    parts = []
    for group in resources.by_sort["assetGroup"]:
        if is_removed(group):
            continue
        draft = Draft()
        if resources.campaign is None:
            draft.put_found("id", resources.identifier_in(group, "campaign"))
        put_landing(draft, group)
        parts.append(draft)
    return parts


# --- what an audience is made of ----------------------------------------------------------------


def put_segments(
    draft: Draft, reference: Found[str], resources: Resources, *, excluded: bool
) -> None:
    """Tell what an audience is made of, where the record holds it."""
    audience = resources.named("audience").get(reference.value)
    if audience is None:
        return
    audience.filled("resourceName")
    for dimension in audience.records("dimensions") or ():
        _put_dimension(draft, dimension, resources, excluded=excluded)
    exclusions = audience.record("exclusionDimension")
    for segment in (exclusions.records("exclusions") if exclusions is not None else None) or ():
        # Of whom an excluded audience leaves out, it is not known on which side they are.
        if not excluded:
            _put_segment(draft, segment, resources, excluded=True)


def _put_dimension(
    draft: Draft, dimension: Record, resources: Resources, *, excluded: bool
) -> None:
    for name, words, kind in _WORDS:
        holder = dimension.record(name)
        for word in (holder.texts(words) if holder is not None else None) or ():
            told = draft.element("targeting.detailed", word.pointer)
            told.put_found("name", word)
            told.put("kind", kind, word.pointer)
            told.put("excluded", excluded, word.pointer)
    known = {"audienceSegments", *_BOUNDS, *(name for name, _, _ in _WORDS)}
    segments = dimension.record("audienceSegments")
    for segment in (segments.records("segments") if segments is not None else None) or ():
        _put_segment(draft, segment, resources, excluded=excluded)
    for name in dimension:
        if name not in known:
            told = draft.element("targeting.detailed", dimension.at(name))
            told.put("excluded", excluded, dimension.at(name))


def _put_segment(draft: Draft, segment: Record, resources: Resources, *, excluded: bool) -> None:
    for name in segment:
        holder = segment.record(name)
        assert holder is not None  # noqa: S101 - the member is there, and no other than an object is taken.
        if name in _AUDIENCES:
            put_audience(draft, holder, holder.filled(name), resources, excluded=excluded)
            continue
        told = draft.element("targeting.detailed", holder.pointer)
        if name in SEGMENTS:
            told.put("kind", SEGMENTS[name], holder.pointer)
        told.put("excluded", excluded, holder.pointer)
