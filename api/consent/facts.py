"""What consent strings say, put beside what a campaign declares: between adapting and deciding.

The strings are read from `consent.tcf`, `consent.gpp` and `consent.us_privacy` of a descriptor,
wherever it comes from.
What they say is stated as facts of the vocabulary (`policies/vocabulary/consent.policy`, and two of
`consent`), so far as the bundle that decides declares them. A pure function of the descriptor, so
that a replay reads the same: what is logged is the descriptor as it was submitted.

A string that cannot be read is itself a fact, with the reason; nothing else is then known of it. A
descriptor that declares something else than its string says is refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.evaluation.document import instant_text
from engine.semantics.vocabulary import Vocabulary
from engine.source.json_text import JSONValue

from ..derived import Contradiction, Derived
from .bits import UnreadableString
from .gpp import GPPString, USPrivacy, decode_gpp_string, decode_us_privacy_string
from .tcf import RestrictionType, TCString, check_cmp, decode_tc_string
from .us_sections import USSection

SOURCES = (("consent", "tcf"), ("consent", "gpp"), ("consent", "us_privacy"))
"""The facts of a campaign that something is derived from here."""

_TCF, _GPP, _US_PRIVACY = "/consent/tcf", "/consent/gpp", "/consent/us_privacy"

_TCF_FACTS = (
    "consent.tcf_purposes",
    "consent.tcf_vendors_disclosed",
    "tcf_string.readable",
    "tcf_string.fault",
    "tcf_string.policy_version",
    "tcf_string.last_updated",
    "tcf_string.legitimate_interests",
    "tcf_string.not_allowed_purposes",
    "tcf_string.special_features",
    "tcf_string.vendors_consented",
    "tcf_string.vendors_on_interest",
    "tcf_string.vendors_disclosed",
)
_CHOICES = "gpp_string.choices"
_GPP_FACTS = (
    "gpp_string.readable",
    "gpp_string.fault",
    "gpp_string.sections",
    "gpp_string.gpc",
    _CHOICES,
)

_US_PRIVACY_FACTS = (
    "us_privacy_string.readable",
    "us_privacy_string.fault",
)

_US_PRIVACY_SECTION = 6
_OF_CCPA = ("US", "US-CA")

Told = Mapping[str, JSONValue]
"""Facts by their path; what is absent, or None, is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What one string says: where it stands, the facts that are its own, and what they are."""

    source: str
    paths: tuple[str, ...]
    told: Told


def hear(campaign: object, vocabulary: Vocabulary) -> Derived:
    """Return a descriptor with what its consent strings say, as the vocabulary can tell it.

    What is no descriptor, or has no strings, is returned as it is: the decoder says what is wrong
    with it.
    """
    consent = campaign.get("consent") if isinstance(campaign, dict) else None
    said = tuple(_said(consent)) if isinstance(consent, dict) else ()
    if not isinstance(campaign, dict) or not said:
        return Derived(campaign=campaign, origins={}, contradictions=())
    heard = {
        path: (one.told.get(path), one.source)
        for one in said
        for path in one.paths
        if vocabulary.find(path.split(".")) is not None
    }
    contradicted = (
        _contradiction(path, value, source)
        for path, (value, source) in heard.items()
        if _is_contradicted(_declared(campaign, path), value)
    )
    return Derived(
        campaign=_with(campaign, {path: value for path, (value, _) in heard.items()}),
        origins={_pointer(path): source for path, (_, source) in heard.items()},
        contradictions=(*_two_strings(said), *_outvoted(said), *contradicted),
    )


def _said(consent: Mapping[str, JSONValue]) -> Iterator[_Said]:
    """Yield what each string says; where both tell of the TCF, the TCF string comes last."""
    tcf, gpp, us_privacy = consent.get("tcf"), consent.get("gpp"), consent.get("us_privacy")
    if isinstance(us_privacy, str):
        told = _of_us_privacy(us_privacy)
        paths = _US_PRIVACY_FACTS if isinstance(gpp, str) else (*_US_PRIVACY_FACTS, _CHOICES)
        yield _Said(source=_US_PRIVACY, paths=paths, told=told)
    if isinstance(gpp, str):
        told, section = _of_gpp(gpp)
        yield _Said(source=_GPP, paths=_GPP_FACTS, told=told)
        if section is not None:
            yield _Said(source=_GPP, paths=_TCF_FACTS, told=_of_section(section))
    if isinstance(tcf, str):
        yield _Said(source=_TCF, paths=_TCF_FACTS, told=_of_tcf(tcf))


def _of_tcf(string: str) -> Told:
    try:
        return _tcf_facts(decode_tc_string(string))
    except UnreadableString as fault:
        return {"tcf_string.readable": False, "tcf_string.fault": str(fault)}


def _of_us_privacy(string: str) -> Told:
    """Return what is told of the string; where there is a GPP string, the choices are its own."""
    try:
        privacy = decode_us_privacy_string(string)
    except UnreadableString as fault:
        return {"us_privacy_string.readable": False, "us_privacy_string.fault": str(fault)}
    return {"us_privacy_string.readable": True, _CHOICES: [_us_privacy(privacy)]}


def _of_section(section: TCString) -> Told:
    try:
        check_cmp(section)
    except UnreadableString as fault:
        return {"tcf_string.readable": False, "tcf_string.fault": str(fault)}
    return _tcf_facts(section)


def _of_gpp(string: str) -> tuple[Told, TCString | None]:
    try:
        decoded = decode_gpp_string(string)
    except UnreadableString as fault:
        return {"gpp_string.readable": False, "gpp_string.fault": str(fault)}, None
    return _gpp_facts(decoded), decoded.tcf_eu


def _tcf_facts(decoded: TCString) -> Told:
    disclosed = decoded.disclosed_vendors
    return {
        "consent.tcf_purposes": _numbers(decoded.purpose_consents),
        "consent.tcf_vendors_disclosed": disclosed is not None,
        "tcf_string.readable": True,
        "tcf_string.policy_version": decoded.policy_version,
        "tcf_string.last_updated": instant_text(decoded.last_updated),
        "tcf_string.legitimate_interests": _numbers(decoded.purpose_legitimate_interests),
        "tcf_string.not_allowed_purposes": _numbers(_not_allowed(decoded)),
        "tcf_string.special_features": _numbers(decoded.special_feature_optins),
        "tcf_string.vendors_consented": _numbers(decoded.vendor_consents),
        "tcf_string.vendors_on_interest": _numbers(decoded.vendor_legitimate_interests),
        "tcf_string.vendors_disclosed": None if disclosed is None else _numbers(disclosed),
    }


def _not_allowed(decoded: TCString) -> list[int]:
    restrictions = (one for one in decoded.restrictions if one.vendors.ranges)
    return sorted({one.purpose for one in restrictions if one.type is RestrictionType.NOT_ALLOWED})


def _numbers(numbers: Iterable[int]) -> JSONValue:
    return [*numbers]


def _gpp_facts(decoded: GPPString) -> Told:
    privacy = decoded.us_privacy
    return {
        "gpp_string.readable": True,
        "gpp_string.sections": _numbers(decoded.sections),
        "gpp_string.gpc": any(section.gpc for section in decoded.us),
        _CHOICES: [
            *([_us_privacy(privacy)] if privacy is not None else []),
            *map(_choice, decoded.us),
        ],
    }


def _us_privacy(privacy: USPrivacy) -> JSONValue:
    return {
        "section": _US_PRIVACY_SECTION,
        "place": "US",
        "sale_opt_out": privacy.sale_opt_out == "Y",
        "sharing_opt_out": False,
        "targeted_advertising_opt_out": False,
        "sensitive_data_limited": False,
        "gpc": False,
    }


def _choice(section: USSection) -> JSONValue:
    """Return what a section records; what it has no field for, it does not record."""
    return {
        "section": section.id,
        "place": section.place,
        "sale_opt_out": bool(section.sale_opt_out),
        "sharing_opt_out": bool(section.sharing_opt_out),
        "targeted_advertising_opt_out": bool(section.targeted_advertising_opt_out),
        "sensitive_data_limited": bool(section.sensitive_data_limited),
        "gpc": bool(section.gpc),
    }


# --- what is declared, and what is said ---------------------------------------------------------


def _two_strings(said: tuple[_Said, ...]) -> Iterator[Contradiction]:
    """Yield the contradiction of a TCF string and another in section 2 of the GPP string."""
    told = [one.told for one in said if one.paths is _TCF_FACTS and one.told["tcf_string.readable"]]
    if any(each != told[0] for each in told):
        yield Contradiction(
            pointer=_GPP,
            message="section 2 of the GPP string says something else than the TCF string",
            help="send the strings that record one and the same choice",
        )


def _outvoted(said: tuple[_Said, ...]) -> Iterator[Contradiction]:
    """Yield the contradiction of an opt-out in the US Privacy string that the GPP string lacks.

    Either alone would decide by itself. To go by the GPP string would forget that somebody opted
    out; to go by both would allow, once the older string is left out, what was denied with it.
    """
    told = {one.source: one.told.get(_CHOICES) for one in said if _CHOICES in one.told}
    older, newer = told.get(_US_PRIVACY), told.get(_GPP)
    if isinstance(newer, list) and _is_sale_opted_out(older) and not _is_sale_opted_out(newer):
        yield Contradiction(
            pointer=_US_PRIVACY,
            message="the US Privacy string records an opt-out of the sale, and the GPP string none",
            help="send the strings that record one and the same choice",
        )


def _is_sale_opted_out(choices: JSONValue) -> bool:
    """Whether choices record an opt-out by the law that the US Privacy string is of (CCPA)."""
    listed = choices if isinstance(choices, list) else []
    of_ccpa = (one for one in listed if isinstance(one, dict) and one["place"] in _OF_CCPA)
    return any(one["sale_opt_out"] is True for one in of_ccpa)


def _contradiction(path: str, value: JSONValue, source: str) -> Contradiction:
    name = source.removeprefix("/").replace("/", ".")
    if value is not None:
        said, advice = "says something else", f"leave `{path}` out: it is read from the string"
    else:
        said = "does not say it"
        advice = f"leave `{path}` out, and send a string that can be read and says it"
    return Contradiction(
        pointer=_pointer(path),
        message=f"`{path}` is declared, and the string in `{name}` {said}",
        help=advice,
    )


def _is_contradicted(declared: JSONValue, value: JSONValue) -> bool:
    if declared is None:
        return False
    if isinstance(declared, list) and isinstance(value, list):
        return _without_order(declared) != _without_order(value)
    return type(declared) is not type(value) or declared != value


def _without_order(values: list[JSONValue]) -> set[str]:
    return {repr(value) for value in values}


def _declared(campaign: Mapping[str, JSONValue], path: str) -> JSONValue:
    group, name = path.split(".")
    holder = campaign.get(group)
    return holder.get(name) if isinstance(holder, dict) else None


def _with(campaign: dict[str, JSONValue], heard: Told) -> dict[str, JSONValue]:
    """Return the campaign with the facts that were heard; a group of another type is left."""
    made = dict(campaign)
    for path, value in heard.items():
        group, name = path.split(".")
        holder = made.get(group)
        if value is not None and (holder is None or isinstance(holder, dict)):
            made[group] = {**(holder or {}), name: value}
    return made


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")
