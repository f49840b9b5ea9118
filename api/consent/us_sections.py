"""The sections of GPP for the United States: the national one, and those of states with a law.

Formats: the IAB Tech Lab's US privacy sections (7 to 27). Every field but the version is of two
bits: 0 is not applicable, and of the choices 1 means that the person opted out (or,
for sensitive data outside California, did not consent), 2 that they did not (or did).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from .bits import Bits, UnreadableString

_OPTED_OUT, _NOT_OPTED_OUT = 1, 2
_GPC_TYPE = 1


class _Second(Enum):
    """What a section may have as its second segment."""

    NONE = "none"
    GPC = "gpc"
    SENSITIVE = "sensitive data"


@dataclass(frozen=True, slots=True, kw_only=True)
class USSection:
    """One section for the United States, and the place whose law it is written for.

    `values` are the fields of the core, and of a segment for sensitive data, in their order; a
    field of several choices has as many values. `gpc` is None where no segment tells of it.
    """

    id: int
    name: str
    place: str
    version: int
    values: Mapping[str, tuple[int, ...]]
    gpc: bool | None

    @property
    def sale_opt_out(self) -> bool | None:
        """Whether the person opted out of the sale of data; None where that does not apply."""
        return self._chosen("SaleOptOut")

    @property
    def sharing_opt_out(self) -> bool | None:
        """Whether the person opted out of sharing for ads across contexts, likewise."""
        return self._chosen("SharingOptOut")

    @property
    def targeted_advertising_opt_out(self) -> bool | None:
        """Whether the person opted out of targeted advertising, likewise."""
        return self._chosen("TargetedAdvertisingOptOut")

    @property
    def sensitive_data_limited(self) -> bool | None:
        """Whether some sensitive data may not be used: limited, or not consented to, likewise."""
        return self._chosen("SensitiveDataProcessing")

    def _chosen(self, field: str) -> bool | None:
        values = self.values.get(field, ())
        if _OPTED_OUT in values:
            return True
        return False if _NOT_OPTED_OUT in values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a section is written: the fields after the version, with how many values each has."""

    name: str
    place: str
    fields: Mapping[str, int]
    second: _Second


def decode_us_section(section: int, encoded: str) -> USSection:
    """Return what a section of `US_SECTIONS` says. Raises `UnreadableString`."""
    layout = US_SECTIONS[section]
    core, *others = encoded.split(".")
    if len(others) > (layout.second is not _Second.NONE):
        raise UnreadableString(f"section {section} ({layout.name}) has a segment too many")
    part = f"section {section} ({layout.name})"
    bits = Bits(core, part=part)
    version = bits.number(6, "Version")
    fields = layout.fields if section != _NATIONAL else _national(bits)
    values = dict(_values(bits, fields, part))
    if section == _NATIONAL:
        values.update(_as_in_version(version, values))
    gpc = None
    for segment in others:
        further = Bits(segment, part=f"the second segment of {part}")
        if layout.second is _Second.GPC:
            gpc = _gpc(further, part)
        else:
            values.update(_values(further, _SENSITIVE, part))
    return USSection(
        id=section,
        name=layout.name,
        place=layout.place,
        version=version,
        values=MappingProxyType(values),
        gpc=gpc,
    )


def _values(
    bits: Bits, fields: Mapping[str, int], part: str
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, count in fields.items():
        values = tuple(bits.number(2, name) for _ in range(count))
        if max(values) > _NOT_OPTED_OUT:
            raise UnreadableString(f"`{name}` in {part} has the value 3, which means nothing")
        yield name, values


def _gpc(bits: Bits, part: str) -> bool:
    if bits.number(2, "GpcSegmentType") != _GPC_TYPE:
        raise UnreadableString(f"the second segment of {part} is not the one for GPC")
    return bits.flag("Gpc")


def _national(bits: Bits) -> Mapping[str, int]:
    """Return the fields of the national section.

    Version 1 had four kinds of sensitive data and one of children fewer than version 2, but
    writers have put either layout under either number: the length tells them apart.
    """
    if bits.left < _NATIONAL_BITS:
        return _NATIONAL_SHORT
    return US_SECTIONS[_NATIONAL].fields


def _as_in_version(
    version: int, values: Mapping[str, tuple[int, ...]]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the fields that differ between the versions, as long as the version has them."""
    told = _NATIONAL_SHORT if version == 1 else US_SECTIONS[_NATIONAL].fields
    for name in ("SensitiveDataProcessing", "KnownChildSensitiveDataConsents"):
        count = told[name]
        yield name, (values[name] + (0,) * count)[:count]


_NATIONAL = 7


def _fields(text: str) -> Mapping[str, int]:
    """Return fields by name; `Name:8` is one of eight values."""
    pairs = (field.partition(":") for field in text.split())
    return MappingProxyType({name: int(count or "1") for name, _, count in pairs})


_MSPA = "MspaCoveredTransaction MspaOptOutOptionMode MspaServiceProviderMode"
_NOTICES = "SaleOptOutNotice TargetedAdvertisingOptOutNotice"
_CHOICES = "SaleOptOut TargetedAdvertisingOptOut"
_NATIONAL_FIELDS = (
    "SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice"
    " SensitiveDataProcessingOptOutNotice SensitiveDataLimitUseNotice"
    " SaleOptOut SharingOptOut TargetedAdvertisingOptOut"
    " SensitiveDataProcessing:{} KnownChildSensitiveDataConsents:{} PersonalDataConsents"
    f" {_MSPA}"
)
_NATIONAL_SHORT = _fields(_NATIONAL_FIELDS.format(12, 2))
_NATIONAL_BITS = 64
"""The fields of the longer layout after the version, in bits."""

_SENSITIVE = _fields("SensitiveDataProcessing:8")


def _state(code: str, fields: str, *, second: _Second = _Second.GPC) -> _Layout:
    return _Layout(
        name=f"us{code.lower()}", place=f"US-{code}", fields=_fields(fields), second=second
    )


def _common(sensitive: int, children: int, *, notice: str = "Processing", more: bool = True) -> str:
    """Return the fields that most states have: what differs is what they count."""
    consent = "AdditionalDataProcessingConsent" if more else ""
    return (
        f"{notice}Notice {_NOTICES} {_CHOICES} SensitiveDataProcessing:{sensitive}"
        f" KnownChildSensitiveDataConsents:{children} {consent} {_MSPA}"
    )


def _recent(children: str) -> str:
    """Return the fields of the states that joined with the agreement's second version."""
    return (
        f"MspaCoveredTransaction MspaMode ProcessingNotice {_NOTICES} {_CHOICES} {children}"
        " AdditionalDataProcessingConsent"
    )


_CALIFORNIA = (
    "SaleOptOutNotice SharingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut"
    " SensitiveDataProcessing:9 KnownChildSensitiveDataConsents:2 PersonalDataConsents"
    f" {_MSPA}"
)
_UTAH = (
    f"SharingNotice {_NOTICES} SensitiveDataProcessingOptOutNotice {_CHOICES}"
    f" SensitiveDataProcessing:8 KnownChildSensitiveDataConsents {_MSPA}"
)
_IOWA = (
    f"ProcessingNotice {_NOTICES} SensitiveDataOptOutNotice {_CHOICES}"
    f" SensitiveDataProcessing:8 KnownChildSensitiveDataConsents {_MSPA}"
)
_NO_SEGMENT, _DATA_SEGMENT = _Second.NONE, _Second.SENSITIVE
_CHILDREN = "KnownChildSensitiveDataConsents"

US_SECTIONS: Mapping[int, _Layout] = MappingProxyType(
    {
        _NATIONAL: _Layout(
            name="usnat",
            place="US",
            fields=_fields(_NATIONAL_FIELDS.format(16, 3)),
            second=_Second.GPC,
        ),
        8: _state("CA", _CALIFORNIA),
        9: _state("VA", _common(8, 1, notice="Sharing", more=False), second=_NO_SEGMENT),
        10: _state("CO", _common(7, 1, notice="Sharing", more=False)),
        11: _state("UT", _UTAH, second=_NO_SEGMENT),
        12: _state("CT", _common(8, 3, notice="Sharing", more=False)),
        13: _state("FL", _common(8, 3), second=_NO_SEGMENT),
        14: _state("MT", _common(8, 3, notice="Sharing")),
        15: _state("OR", _common(11, 3)),
        16: _state("TX", _common(8, 1)),
        17: _state("DE", _common(9, 5)),
        18: _state("IA", _IOWA),
        19: _state("NE", _common(8, 1)),
        20: _state("NH", _common(8, 3)),
        21: _state("NJ", _common(10, 5)),
        22: _state("TN", _common(8, 1)),
        23: _state("MN", _common(8, 1)),
        24: _state("MD", _recent("")),
        25: _state("IN", _recent(_CHILDREN), second=_DATA_SEGMENT),
        26: _state("KY", _recent(_CHILDREN), second=_DATA_SEGMENT),
        27: _state("RI", _recent(_CHILDREN), second=_DATA_SEGMENT),
    }
)
"""The sections for the United States by their number."""
