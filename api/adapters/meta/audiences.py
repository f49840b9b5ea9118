"""Meta's custom audiences: what the audience object tells, and how an ad set refers to it.

An ad set names its audiences by identifier only; what they are made of stands in the objects.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

KINDS = {
    "APP": "app",
    "CUSTOM": "custom_list",
    "ENGAGEMENT": "engagement",
    "LOOKALIKE": "lookalike",
    "WEBSITE": "website",
}
"""The sorts of audience by `subtype`; any other is left unmapped."""

_EVENT_KINDS = {"app": "app", "ig_business": "engagement", "page": "engagement", "pixel": "website"}
_FILES = {
    "PARTNER_PROVIDED_ONLY": ("partner", False),
    "USER_PROVIDED_ONLY": ("first_party", True),
}
REFERENCES: Mapping[str, bool] = MappingProxyType(
    {
        "connections": False,
        "custom_audiences": False,
        "dynamic_audience_ids": False,
        "engagement_specs": False,
        "friends_of_connections": False,
        "product_audience_specs": False,
        "excluded_connections": True,
        "excluded_custom_audiences": True,
        "excluded_dynamic_audience_ids": True,
        "excluded_engagement_specs": True,
        "excluded_product_audience_specs": True,
    }
)
"""The members by which groups of people are chosen, and whether they are kept from the ads."""


class Audiences:
    """The audience objects of a record, and which of them an ad set has referred to."""

    __slots__ = ("_by_identifier", "_objects", "_referred", "_told")

    def __init__(self, objects: Sequence[Record]) -> None:
        self._objects = objects
        self._by_identifier: dict[str, Record] = {}
        self._referred: set[str] = set()
        self._told: dict[str, Draft] = {}
        for audience in objects:
            identifier = audience.identifier("id")
            if identifier is not None:
                self._by_identifier[identifier.value] = audience

    def put_referred(self, draft: Draft, identifier: Found[str] | None) -> None:
        """Tell the object that an ad set refers to, where the record holds it."""
        if identifier is None or identifier.value not in self._by_identifier:
            return
        found = self._by_identifier[identifier.value]
        self._referred.add(found.pointer)
        if found.pointer not in self._told:
            self._told[found.pointer] = Draft()
            _put_audience(self._told[found.pointer], found)
        told = self._told[found.pointer]
        for fact in told.facts():
            draft.absorb(fact, told)

    def others(self) -> Iterator[Record]:
        """Yield the objects that no ad set has referred to."""
        return (audience for audience in self._objects if audience.pointer not in self._referred)


def put_references(
    draft: Draft, group: Record, audiences: Audiences, *, excluded: bool
) -> list[str]:
    """Tell the audiences that a specification, or a group in it, includes and excludes.

    Returns where they stand; `excluded` is whether the whole group is kept from the ads.
    """
    pointers = []
    for name in group:
        for reference in group.elements(name) or () if name in REFERENCES else ():
            told = draft.element("audiences", reference.pointer)
            told.put("excluded", excluded or REFERENCES[name], reference.pointer)
            _put_reference(told, group, name, reference, audiences)
            pointers.append(reference.pointer)
    return pointers


def _put_reference(
    told: Draft, group: Record, name: str, reference: Found[JSONValue], audiences: Audiences
) -> None:
    """Tell which audience it is, by its identifier and its name where it has them."""
    match reference.value:
        case dict() as members:
            one = Record(members, reference.pointer)
            identifier = one.identifier("id")
            told.put_found("id", identifier)
            told.put_found("name", one.filled("name"))
            audiences.put_referred(told, identifier)
            for pointer, value in one.remaining():
                group.keep(Found(value=value, pointer=pointer))
        case str() | int() as value if not isinstance(value, bool):
            told.put("id", str(value), reference.pointer)
        case _:
            group.refuse(
                name,
                f"an entry of {excerpt(name)} is neither an object nor an identifier",
                "send the record as Meta gives it",
            )


def audience_part(audiences: Audiences) -> Draft:
    """Return what the audience objects tell that no ad set refers to."""
    draft = Draft()
    for audience in audiences.others():
        _put_audience(draft.element("audiences", audience.pointer), audience)
    return draft


def put_way_out(draft: Draft, audiences: Sequence[Record]) -> None:
    """Tell where people can object, where every audience names the same address."""
    links = [audience.filled("opt_out_link") for audience in audiences]
    if links and len({None if link is None else link.value for link in links}) == 1:
        draft.put_found("landing.opt_out_url", links[0])
        return
    for audience in audiences:
        audience.leave("opt_out_link")


def _put_audience(draft: Draft, audience: Record) -> None:
    draft.put_found("id", audience.identifier("id"))
    draft.put_found("name", audience.filled("name"))
    _put_kind(draft, audience)
    file_source = audience.filled("customer_file_source")
    if file_source is not None and file_source.value in _FILES:
        source, from_people = _FILES[file_source.value]
        draft.put("source", source, file_source.pointer)
        draft.put("collected_from_subject", from_people, file_source.pointer)
    else:
        audience.leave("customer_file_source")
    days = audience.whole_number("retention_days")
    if days is not None and days.value > 0:
        draft.put_found("retention_days", days)
    else:
        audience.leave("retention_days")
    draft.put_found("sac_certified", audience.yes_no("is_eligible_for_sac_campaigns"))
    _put_model(draft, audience)


def _put_kind(draft: Draft, audience: Record) -> None:
    subtype = audience.filled("subtype")
    if subtype is not None and subtype.value in KINDS:
        draft.put("kind", KINDS[subtype.value], subtype.pointer)
        return
    audience.leave("subtype")
    rule = audience.unread("rule")
    if subtype is None and isinstance(rule, dict):
        kinds = {_EVENT_KINDS.get(word) for word in _event_sources(rule)}
        if len(kinds) == 1 and None not in kinds:
            draft.put("kind", str(kinds.pop()), audience.at("rule"))


def _event_sources(rule: Mapping[str, JSONValue]) -> Iterator[str]:
    """Yield the sort of each source of events that lets people into an audience."""
    match rule:
        case {"inclusions": {"rules": list(rules)}}:
            for one in rules:
                match one:
                    case {"event_sources": list(sources)}:
                        yield from map(_sort_of, sources)


def _sort_of(source: JSONValue) -> str:
    match source:
        case {"type": str(sort)}:
            return sort
        case _:
            return ""


def _put_model(draft: Draft, audience: Record) -> None:
    seed = audience.identifier("origin_audience_id")
    draft.put_found("seed", seed)
    model = audience.record("lookalike_spec")
    if model is None:
        return
    origins = [origin.identifier("id") for origin in model.records("origin") or ()]
    if seed is None and len(origins) == 1:
        draft.put_found("seed", origins[0])
    ratio = model.number("ratio")
    if ratio is not None and 0 < ratio.value <= 1:
        percent = f"{(ratio.value * 100).normalize():f}%"
        draft.put("similarity", percent, ratio.pointer)
    else:
        model.leave("ratio")
