"""A seeded workload: campaign descriptors, and 20 to 10,000 rules over them.

The first 20 rules are those of `by_hand`. Larger sets add variants with other constants: seven in
ten for one to three markets, the rest in equal parts for a sector and an objective, and for five
advertisers. Every fact that a rule reads is stated.
"""

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.bundle.bundle import Bundle, build
from engine.bundle.load import read_directory, shipped_directory

SEED = 20_261_123
MARKETS = ("AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "NL", "NO", "PL", "PT", "SE")
SECTORS = ("automotive", "education", "energy", "finance", "food_and_drink", "health", "retail")
OBJECTIVES = ("awareness", "traffic", "leads", "sales", "jobs", "fundraising")
CATEGORIES = ("housing", "employment", "credit", "gambling", "alcohol", "dating", "crypto")
INTERESTS = ("health", "religion", "politics", "ethnicity", "financial_hardship")
SOURCES = ("first_party", "platform", "partner", "data_broker", "public")
BASES = ("consent", "explicit_consent", "contract", "legitimate_interest")
SHARES = ("none", "assisted", "partial", "full")
CLAIMS = ("health", "environmental", "price", "comparative")
REFERENCES = 250
ADVERTISERS = 400

_BREACHES = (
    "prohibit when campaign.targeting.profiling and campaign.targeting.age.min is less than {age}",
    "prohibit when campaign.special_categories includes {category}",
    (
        "prohibit when campaign.special_categories includes gambling\n"
        "      and campaign.targeting.age.min is less than {age} + 3"
    ),
    (
        "prohibit when any trait in campaign.targeting.detailed has (\n"
        "      trait.category is one of {{{interest}, biometric, genetic}})"
    ),
    (
        "require every audience in campaign.audiences, if any, has (\n"
        "      audience.lawful_basis is not none)"
    ),
    (
        "prohibit when any audience in campaign.audiences has (\n"
        "      audience.source is {source} and audience.size exceeds {size})"
    ),
    "prohibit when campaign.budget.total exceeds EUR {budget}",
    (
        "prohibit when any group in campaign.delivery.by_group has (\n"
        "      group.delivered / group.eligible is less than {share}%)"
    ),
    "prohibit when campaign.flight.end - campaign.flight.start exceeds {days} days",
    "require not campaign.political.is_political or campaign.political.label",
    (
        "prohibit when campaign.political.is_political\n"
        "      and campaign.flight.end is within {few} days before campaign.political.election.date"
    ),
    (
        "prohibit when any creative in campaign.creatives has (\n"
        "      creative.ai_generated is one of {{partial, full}} and not creative.discloses_ai)"
    ),
    (
        "prohibit when any creative in campaign.creatives has (\n"
        "      any claim in creative.claims has (claim.kind is {claim} and claim.typical is no))"
    ),
    (
        "require every model in campaign.models, if any, has (\n"
        "      model.last_bias_audit is within {audit} days before today)"
    ),
    (
        "prohibit when any model in campaign.models has (\n"
        "      model.risk_class is high and not model.logging)"
    ),
    "prohibit when campaign.data_processing.retention_days exceeds {kept}",
    (
        "prohibit when any transfer in campaign.data_processing.transfers has (\n"
        "      transfer.country is not one of EU and transfer.mechanism is none)"
    ),
    "require campaign.targeting.languages includes any of {{{languages}}}",
    (
        "prohibit when any audience in campaign.audiences has (\n"
        "      audience.kind is lookalike and audience.similarity exceeds {percent}%)"
    ),
    (
        "prohibit when campaign.automation.audience_expansion\n"
        "      and not campaign.automation.human_review"
    ),
)
CANONICAL: Mapping[str, object] = {
    "age": 18,
    "category": "alcohol",
    "interest": "health",
    "source": "data_broker",
    "size": 400_000,
    "budget": 225_000,
    "share": 22,
    "days": 115,
    "few": 3,
    "claim": "health",
    "audit": 350,
    "kept": 700,
    "languages": "en, de, fr",
    "percent": 9,
}


def bundle_of(count: int) -> Bundle:
    """Return the bundle of so many rules."""
    return _built([_rule(number) for number in range(count)])


def files_of(count: int) -> dict[str, str]:
    """Return the files of that bundle."""
    return _files([_rule(number) for number in range(count)])


def quantifiers(count: int) -> Bundle:
    """Return a bundle of which every rule has a quantifier of its own, with another within."""
    return _built([_quantifier(number) for number in range(count)])


def _built(rules: list[str]) -> Bundle:
    bundle, diagnostics = build("workload", _files(rules))
    assert bundle is not None, diagnostics
    return bundle


def _files(rules: list[str]) -> dict[str, str]:
    files = {
        name: text
        for name, text in read_directory(shipped_directory()).items()
        if name in ("vocabulary/campaign.policy", "law/instruments.policy", "law/places.policy")
    }
    for first in range(0, len(rules), 500):
        files[f"rules/{first:05}.policy"] = (
            f'policy part_{first:05} "Part {first}"\n'
            "  in force from 2024-02-17\n  source DSA art 28(2)\n"
            f"{''.join(rules[first : first + 500])}end policy\n"
        )
    return files


def _rule(number: int) -> str:
    one = variant(number)
    breach = _BREACHES[one.shape].format(**one.constants)
    return (
        f'  rule r{number:05} "Rule {number}"\n{_guard(one)}    {breach}\n'
        '    message "The campaign {campaign.id} is open to people from'
        ' {campaign.targeting.age.min}."\n    remedy "Change it."\n'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A rule of the workload: which breach it is about, and of which campaigns."""

    shape: int
    constants: Mapping[str, Any]
    markets: tuple[str, ...] = ()
    sector: str | None = None
    objective: str | None = None
    advertisers: tuple[str, ...] = ()


def variant(number: int) -> Variant:
    """Return what a rule of the workload says; the first of each breach is about all campaigns."""
    shape = number % len(_BREACHES)
    if number < len(_BREACHES):
        return Variant(shape=shape, constants=CANONICAL)
    rng = random.Random(SEED + number)  # noqa: S311 - for a workload, not for a secret.
    constants, kind = _other(rng), rng.random()
    if kind < 0.7:
        markets = tuple(rng.sample(MARKETS, rng.randint(1, 3)))
        return Variant(shape=shape, constants=constants, markets=markets)
    if kind < 0.85:
        sector, objective = rng.choice(SECTORS), rng.choice(OBJECTIVES)
        return Variant(shape=shape, constants=constants, sector=sector, objective=objective)
    advertisers = tuple(f"A{number}" for number in rng.sample(range(ADVERTISERS), 5))
    return Variant(shape=shape, constants=constants, advertisers=advertisers)


def _other(rng: random.Random) -> Mapping[str, object]:
    return {
        "age": rng.randint(13, 18),
        "category": rng.choice(CATEGORIES),
        "interest": rng.choice(INTERESTS),
        "source": rng.choice(SOURCES),
        "size": rng.randint(440, 498) * 1_000,
        "budget": rng.randint(225, 240) * 1_000,
        "share": rng.randint(20, 22),
        "days": rng.randint(113, 118),
        "few": rng.randint(2, 6),
        "claim": rng.choice(CLAIMS),
        "audit": rng.randint(345, 360),
        "kept": rng.randint(680, 728),
        "languages": ", ".join(rng.sample(("en", "de", "fr", "es", "it", "nl"), 4)),
        "percent": rng.randint(9, 10),
    }


def _guard(one: Variant) -> str:
    if one.markets:
        return f"    applies in {{{', '.join(one.markets)}}}\n"
    if one.sector is not None:
        return (
            f"    applies when campaign.advertiser.sector is {one.sector}"
            f" and campaign.objective is {one.objective}\n"
        )
    if one.advertisers:
        names = ", ".join(f'"{name}"' for name in one.advertisers)
        return f"    applies when campaign.advertiser.legal_name is one of {{{names}}}\n"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified:
    """A rule about an ad with a share of AI and a claim, which no other rule asks for."""

    number: int
    share: str
    claim: str
    reference: str


def quantified(number: int) -> Quantified:
    """Return what a rule of `quantifiers` says."""
    rng = random.Random(SEED + number)  # noqa: S311 - for a workload, not for a secret.
    share, claim = rng.choice(SHARES), rng.choice(CLAIMS)
    reference = f"ref-{rng.randrange(REFERENCES)}"
    return Quantified(number=number, share=share, claim=claim, reference=reference)


def _quantifier(number: int) -> str:
    one = quantified(number)
    return (
        f'  rule u{number:05} "Rule {number}"\n'
        "    prohibit when any creative in campaign.creatives has (\n"
        f"      creative.ai_generated is {one.share}\n"
        f'      and creative.id is not "ad-{number}"\n'
        "      and any claim in creative.claims has (\n"
        f"        claim.kind is {one.claim}\n"
        f'        and claim.evidence_ref is "{one.reference}"))\n'
        '    message "No."\n    remedy "Change it."\n'
    )


def descriptors(count: int) -> Iterator[dict[str, Any]]:
    """Yield campaign descriptors of 1.4 to 8 kB, mostly about 2.5."""
    for number in range(count):
        yield _descriptor(random.Random(SEED * 31 + number), number)  # noqa: S311 - likewise.


def sized(size: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield campaign descriptors of about so many bytes, by the number of their parts."""
    for number in range(count):
        rng = random.Random(SEED * 37 + number)  # noqa: S311 - likewise.
        made = _descriptor(rng, number)
        for name in ("audiences", "creatives", "models"):
            made[name] = []
        made["targeting"] = _targeting(rng, 0)
        made["delivery"] = _delivery(rng, 0)
        for index in itertools.count():
            if len(json.dumps(made, separators=(",", ":"))) >= size:
                break
            made["audiences"].append(_audience(rng, index))
            made["creatives"].append(_creative(rng, index))
            made["targeting"]["detailed"] += _targeting(rng, 1)["detailed"]
        yield made


def _descriptor(rng: random.Random, number: int) -> dict[str, Any]:
    start = date(2026, 6, 15) + timedelta(days=rng.randint(0, 90))
    end = start + timedelta(days=rng.randint(5, 118))
    wealth = rng.choice((1, 1, 1, 2, 2, 3, 6))
    political = rng.random() < 0.1
    return {
        "id": f"campaign-{number:05}",
        "name": f"Campaign number {number} of the season",
        "advertiser": {
            "name": f"Advertiser {number}",
            "legal_name": f"A{rng.randrange(ADVERTISERS)}",
            "country": rng.choice(MARKETS),
            "sector": rng.choice(SECTORS),
        },
        "markets": rng.sample(MARKETS, rng.choice((1, 1, 1, 2, 3))),
        "platforms": [{"name": "meta", "placements": ["feed", "stories"]}],
        "flight": {"start": str(start), "end": str(end), "timezone": "Europe/Berlin"},
        "budget": {
            "amount": {"amount": f"{rng.randint(1, 999)}.50", "currency": "EUR"},
            "period": "daily",
            "total": {"amount": f"{rng.randint(1, 240)}000.00", "currency": "EUR"},
        },
        "objective": rng.choice(OBJECTIVES),
        "special_categories": rng.sample(CATEGORIES, rng.choice((0, 0, 0, 1))),
        "political": _politics(rng, end, is_political=political),
        "targeting": _targeting(rng, wealth),
        "audiences": [_audience(rng, index) for index in range(wealth)],
        "automation": {
            "audience_expansion": rng.random() < 0.4,
            "human_review": rng.random() < 0.9,
        },
        "creatives": [_creative(rng, index) for index in range(wealth)],
        "models": [_model(rng, index, start) for index in range(rng.randint(0, 2))],
        "data_processing": {
            "retention_days": rng.randint(30, 730),
            "transfers": [
                {
                    "country": rng.choice(("DE", "US", "CH")),
                    "mechanism": rng.choice(("adequacy",) * 9 + ("none",)),
                }
            ],
        },
        "delivery": _delivery(rng, wealth),
    }


def _politics(rng: random.Random, end: date, *, is_political: bool) -> dict[str, Any]:
    return {
        "is_political": is_political,
        "label": rng.random() < 0.9,
        "election": {
            "country": "DE",
            "date": str(end + timedelta(days=rng.randint(-30, 60))),
            "voting_age": 18,
        },
    }


def _delivery(rng: random.Random, wealth: int) -> dict[str, Any]:
    return {
        "metric": "reach",
        "by_group": [
            {
                "attribute": "age",
                "group": f"group {index}",
                "delivered": rng.randint(2_200, 9_000),
                "eligible": 10_000,
            }
            for index in range(wealth)
        ],
    }


def _targeting(rng: random.Random, wealth: int) -> dict[str, Any]:
    return {
        "age": {"min": rng.choice((13, 16, 18, 18, 18, 21, 25)), "max": 65},
        "genders": ["all"],
        "languages": rng.sample(("en", "de", "fr", "es", "it"), 2),
        "geo": {
            "include": [
                {"kind": "city", "place": "DE", "name": f"City {index}", "radius_m": 40_000}
                for index in range(wealth)
            ]
        },
        "detailed": [
            {
                "name": f"Interest number {rng.randrange(1_000)}",
                "kind": "interest",
                "category": rng.choice((*("none",) * 40, *INTERESTS)),
                "excluded": rng.random() < 0.2,
            }
            for _ in range(2 * wealth)
        ],
        "profiling": rng.random() < 0.3,
    }


def _audience(rng: random.Random, index: int) -> dict[str, Any]:
    return {
        "id": f"audience-{index}",
        "name": f"People of list {index}",
        "kind": rng.choice(("custom_list", "website", "lookalike", "app")),
        "source": rng.choice(SOURCES),
        "size": rng.randint(1, 500) * 1_000,
        "lawful_basis": rng.choice((*BASES * 12, "none")),
        "similarity": f"{rng.randint(1, 10)}%",
    }


def _creative(rng: random.Random, index: int) -> dict[str, Any]:
    return {
        "id": f"ad-{index}",
        "format": "image",
        "language": "en",
        "text": "A text that people are shown, of ordinary length for an ad. " * 2,
        "ai_generated": rng.choice(("none", "none", "assisted", "partial", "full")),
        "discloses_ai": rng.random() < 0.95,
        "claims": [
            {
                "text": "Better than anything else",
                "kind": rng.choice(CLAIMS),
                "evidence_ref": f"ref-{rng.randrange(REFERENCES)}",
                "typical": rng.random() < 0.95,
            }
            for _ in range(rng.randint(0, 2))
        ],
    }


def _model(rng: random.Random, index: int, start: date) -> dict[str, Any]:
    return {
        "id": f"model-{index}",
        "purpose": "ranking",
        "last_bias_audit": str(start - timedelta(days=rng.randint(20, 300))),
        "risk_class": rng.choice(("limited", "limited", "minimal", "high")),
        "logging": rng.random() < 0.9,
    }
