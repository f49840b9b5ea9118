"""The rules of the workload as trees that belong to no engine: what `peers` translates.

Dates, money and percentages are numbers there, since most engines have no such values: `prepared`
makes them of a campaign, and what that costs is part of what an engine costs. `evaluate` says what
a tree comes to, one node after another: translations are checked against it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, assert_never

from benchmarks.by_hand import EU
from benchmarks.workload import Quantified, Variant, quantified, variant

Path: TypeAlias = str
"""The names of members, with dots, from the element in hand or else from the campaign."""


@dataclass(frozen=True, slots=True)
class Holds:
    """A fact is true."""

    path: Path


@dataclass(frozen=True, slots=True)
class Compares:
    """A fact is related to a constant."""

    path: Path
    operator: Literal["==", "!=", "<", ">"]
    value: str | int


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact is one of some constants."""

    path: Path
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlaps:
    """A list of texts has one of some constants."""

    path: Path
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Conditions hold together."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """One of some conditions holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """A condition holds of an element of a list; its paths begin at the element."""

    path: Path
    part: "Condition"


Condition: TypeAlias = Holds | Compares | OneOf | Overlaps | Not | All | Either | Some


def conditions(count: int) -> list[Condition]:
    """Return the breaches of so many rules of the workload."""
    return [_guarded(variant(number)) for number in range(count)]


def unshared(count: int) -> list[Condition]:
    """Return the breaches of so many rules that share no quantifier."""
    return [_quantified(quantified(number)) for number in range(count)]


def both(*parts: Condition) -> Condition:
    return All(parts)


def _guarded(one: Variant) -> Condition:
    breach = _BREACHES[one.shape](one.constants)
    if one.markets:
        return both(Overlaps("markets", one.markets), breach)
    if one.sector is not None and one.objective is not None:
        sector = Compares("advertiser.sector", "==", one.sector)
        return both(sector, Compares("objective", "==", one.objective), breach)
    if one.advertisers:
        return both(OneOf("advertiser.legal_name", one.advertisers), breach)
    return breach


_BREACHES: Sequence[Callable[[Mapping[str, Any]], Condition]] = (
    lambda has: both(Holds("targeting.profiling"), Compares("targeting.age.min", "<", has["age"])),
    lambda has: Overlaps("special_categories", (has["category"],)),
    lambda has: both(
        Overlaps("special_categories", ("gambling",)),
        Compares("targeting.age.min", "<", has["age"] + 3),
    ),
    lambda has: Some(
        "targeting.detailed", OneOf("category", (has["interest"], "biometric", "genetic"))
    ),
    lambda _: Some("audiences", Compares("lawful_basis", "==", "none")),
    lambda has: Some(
        "audiences",
        both(Compares("source", "==", has["source"]), Compares("size", ">", has["size"])),
    ),
    lambda has: Compares("cents", ">", has["budget"] * 100),
    lambda has: Some("delivery.by_group", Compares("share", "<", has["share"] * 100)),
    lambda has: Compares("days", ">", has["days"]),
    lambda _: both(Holds("political.is_political"), Not(Holds("political.label"))),
    lambda has: both(
        Holds("political.is_political"),
        Not(Compares("before_vote", "<", 0)),
        Not(Compares("before_vote", ">", has["few"])),
    ),
    lambda _: Some(
        "creatives",
        both(OneOf("ai_generated", ("partial", "full")), Not(Holds("discloses_ai"))),
    ),
    lambda has: Some(
        "creatives",
        Some("claims", both(Compares("kind", "==", has["claim"]), Not(Holds("typical")))),
    ),
    lambda has: Some(
        "models", Either((Compares("audited", "<", 0), Compares("audited", ">", has["audit"])))
    ),
    lambda _: Some("models", both(Compares("risk_class", "==", "high"), Not(Holds("logging")))),
    lambda has: Compares("data_processing.retention_days", ">", has["kept"]),
    lambda _: Some(
        "data_processing.transfers",
        both(Compares("mechanism", "==", "none"), Not(OneOf("country", tuple(sorted(EU))))),
    ),
    lambda has: Not(Overlaps("targeting.languages", tuple(has["languages"].split(", ")))),
    lambda has: Some(
        "audiences",
        both(Compares("kind", "==", "lookalike"), Compares("percent", ">", has["percent"])),
    ),
    lambda _: both(Holds("automation.audience_expansion"), Not(Holds("automation.human_review"))),
)


def _quantified(one: Quantified) -> Condition:
    claim = both(Compares("kind", "==", one.claim), Compares("evidence_ref", "==", one.reference))
    return Some(
        "creatives",
        both(
            Compares("ai_generated", "==", one.share),
            Compares("id", "!=", f"ad-{one.number}"),
            Some("claims", claim),
        ),
    )


def prepared(campaign: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return a campaign with what its dates, its money and its percentages come to as numbers."""
    start = date.fromisoformat(campaign["flight"]["start"])
    end = date.fromisoformat(campaign["flight"]["end"])
    vote = date.fromisoformat(campaign["political"]["election"]["date"])
    groups = [
        {**group, "share": group["delivered"] * 10_000 // group["eligible"]}
        for group in campaign["delivery"]["by_group"]
    ]
    return {
        **campaign,
        "cents": round(float(campaign["budget"]["total"]["amount"]) * 100),
        "days": (end - start).days,
        "before_vote": (vote - end).days,
        "delivery": {**campaign["delivery"], "by_group": groups},
        "audiences": [
            {**each, "percent": int(each["similarity"][:-1])} for each in campaign["audiences"]
        ],
        "models": [
            {**each, "audited": (today - date.fromisoformat(each["last_bias_audit"])).days}
            for each in campaign["models"]
        ],
    }


def evaluate(condition: Condition, here: Mapping[str, Any]) -> bool:
    """Return whether a condition holds of a prepared campaign, or of an element of it."""
    match condition:
        case Holds(path):
            return bool(found(path, here))
        case Compares(path, operator, value):
            return _related(found(path, here), operator, value)
        case OneOf(path, values):
            return found(path, here) in values
        case Overlaps(path, values):
            return not set(values).isdisjoint(found(path, here))
        case Not(part):
            return not evaluate(part, here)
        case All(parts):
            return all(evaluate(part, here) for part in parts)
        case Either(parts):
            return any(evaluate(part, here) for part in parts)
        case Some(path, part):
            return any(evaluate(part, element) for element in found(path, here))
        case _:
            assert_never(condition)


def found(path: Path, here: Mapping[str, Any]) -> Any:
    """Return what is at a path."""
    value: Any = here
    for name in path.split("."):
        value = value[name]
    return value


def _related(left: Any, operator: str, right: Any) -> bool:
    match operator:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case _:
            return bool(left > right)
