"""The first 20 rules of the workload, as a programmer would write them for speed, by hand.

It answers with the numbers of the rules that are breached and nothing else: no evidence, no
unknown facts, no dated law. A campaign is what `json.loads` makes of it.
"""

from datetime import date, timedelta
from typing import Any

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
_SENSITIVE = frozenset({"health", "biometric", "genetic"})
_GENERATED = frozenset({"partial", "full"})
_SPOKEN = frozenset({"en", "de", "fr"})


def breached(campaign: dict[str, Any], today: date) -> list[int]:  # noqa: C901, PLR0912, PLR0915 - one after another, as by hand.
    """Return the numbers of the rules that a campaign breaches."""
    found = []
    targeting, lowest = campaign["targeting"], campaign["targeting"]["age"]["min"]
    categories = campaign["special_categories"]
    audiences, creatives = campaign["audiences"], campaign["creatives"]
    if targeting["profiling"] and lowest < 18:
        found.append(0)
    if "alcohol" in categories:
        found.append(1)
    if "gambling" in categories and lowest < 21:
        found.append(2)
    if any(trait["category"] in _SENSITIVE for trait in targeting["detailed"]):
        found.append(3)
    if any(audience["lawful_basis"] == "none" for audience in audiences):
        found.append(4)
    if any(a["source"] == "data_broker" and a["size"] > 400_000 for a in audiences):
        found.append(5)
    if float(campaign["budget"]["total"]["amount"]) > 225_000:
        found.append(6)
    if any(g["delivered"] * 100 < 22 * g["eligible"] for g in campaign["delivery"]["by_group"]):
        found.append(7)
    start = date.fromisoformat(campaign["flight"]["start"])
    end = date.fromisoformat(campaign["flight"]["end"])
    if (end - start).days > 115:
        found.append(8)
    political = campaign["political"]
    if political["is_political"]:
        if not political["label"]:
            found.append(9)
        vote = date.fromisoformat(political["election"]["date"])
        if vote - timedelta(days=3) <= end <= vote:
            found.append(10)
    if any(c["ai_generated"] in _GENERATED and not c["discloses_ai"] for c in creatives):
        found.append(11)
    if any(
        claim["kind"] == "health" and not claim["typical"]
        for creative in creatives
        for claim in creative["claims"]
    ):
        found.append(12)
    first = today - timedelta(days=350)
    models = campaign["models"]
    if any(not first <= date.fromisoformat(m["last_bias_audit"]) <= today for m in models):
        found.append(13)
    if any(model["risk_class"] == "high" and not model["logging"] for model in models):
        found.append(14)
    processing = campaign["data_processing"]
    if processing["retention_days"] > 700:
        found.append(15)
    if any(t["mechanism"] == "none" and t["country"] not in EU for t in processing["transfers"]):
        found.append(16)
    if _SPOKEN.isdisjoint(targeting["languages"]):
        found.append(17)
    if any(a["kind"] == "lookalike" and int(a["similarity"][:-1]) > 9 for a in audiences):
        found.append(18)
    automation = campaign["automation"]
    if automation["audience_expansion"] and not automation["human_review"]:
        found.append(19)
    return found
