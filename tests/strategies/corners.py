"""Corners that the other generated policies seldom reach: ends of months, and permissions.

Both are few questions asked of many campaigns, each of which lies close to where the answer turns.
"""

from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from tests.strategies.vocabulary import VOCABULARY

_COUNTS = (
    "campaign.slot.start is before campaign.day + {length}",
    "campaign.slot.start is on or before campaign.day - {length}",
    "campaign.slot.start is within {length} after campaign.day",
    "campaign.slot.start is within {length} before campaign.day",
)
_LENGTHS = ("1 month", "11 months", "1 year")


def _months() -> dict[str, str]:
    rules, defined = [], []
    for number, count in enumerate(_COUNTS):
        for other, length in enumerate(_LENGTHS):
            name, condition = f"count_{number}_{other}", count.format(length=length)
            defined.append(f'define {name} "counted"\n  means {condition}\nend define\n')
            for rounding in ("up", "down"):
                for way, told in (("written", condition), ("defined", name)):
                    rules.append(
                        f"  rule r_{number}_{other}_{rounding}_{way}\n    prohibit when {told}\n"
                        f'    month end rounds {rounding}\n    message "m"\n    remedy "r"\n'
                    )
    head = "policy months\n  source LAW art 1\n  in force from 2000-01-01\n"
    policy = f"{head}{''.join(rules)}end policy\n"
    return {"vocabulary.policy": VOCABULARY, "months.policy": "\n".join((*defined, policy))}


MONTHS = _months()
"""A policy that counts months in many ways."""

_LONG = [date(2024, 1, 29), date(2024, 1, 31), date(2025, 1, 30), date(2024, 2, 29)]
_LONG += [date(2025, 3, 31), date(2024, 3, 29), date(2025, 10, 31), date(2025, 12, 31)]
_SHORT = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28)]
_SHORT += [date(2025, 3, 1), date(2023, 2, 28), date(2023, 3, 1), date(2025, 11, 30)]


@st.composite
def at_month_ends(draw: st.DrawFn) -> dict[str, Any]:
    """Return campaigns with days that short months lack, and days at the ends of these."""
    flight = {"start": "2026-06-01", "end": "2026-06-30"}
    facts: dict[str, Any] = {"id": "c-1", "markets": ["DE"], "flight": flight}
    facts["day"] = str(draw(st.sampled_from(_LONG)))
    facts["slot"] = {"start": str(draw(st.sampled_from(_SHORT)))}
    return facts


_PLACES = ("{GB}", '{"GB-ENG"}', '{"GB-LND"}', '{"GB-SCT", "GB-LND"}', "{DE, GB}", "UNION", "")
_FORCES = ("from 2026-06-01", "from 2026-06-20", "from 2026-06-01 until 2026-07-01")


def _origins(number: int, places: str) -> str:
    where = f"\n    applies in {places}" if places else ""
    return f"    source LAW art 1\n    in force {_FORCES[number % len(_FORCES)]}{where}\n"


def _lifted() -> dict[str, str]:
    rules = []
    for number, (places, others) in enumerate(product(_PLACES, repeat=2)):
        shown = "campaign.other" if number % 2 else 'market is "GB-ENG" or campaign.amount is 1'
        rules.append(
            f"  rule lifted_{number}\n{_origins(number, places)}    prohibit when campaign.flag\n"
            f'    subject to p/permit_{number}\n    message "m"\n    remedy "r"\n'
            f"  rule permit_{number}\n{_origins(number // 2, others)}    permit when {shown}\n"
            f"    despite p/lifted_{number}\n"
        )
    return {"vocabulary.policy": VOCABULARY, "p.policy": f"policy p\n{''.join(rules)}end policy\n"}


LIFTED = _lifted()
"""Rules, each with a permission that lifts it, in other places and on other days."""


@st.composite
def of_lifted(draw: st.DrawFn) -> dict[str, Any]:
    """Return campaigns that break the rules, and are meant by many of the permissions."""
    start = date(2026, 6, 1) + timedelta(days=10 * draw(st.integers(0, 3)))
    flight = {"start": str(start), "end": str(start + timedelta(days=draw(st.integers(0, 30))))}
    markets = ("GB", "GB-ENG", "GB-LND", "GB-SCT", "DE", "US-CA")
    return {
        "id": "c-1",
        "markets": draw(st.lists(st.sampled_from(markets), min_size=1, max_size=3, unique=True)),
        "flight": flight,
        "flag": True,
        "other": draw(st.sampled_from([True, True, False])),
        "amount": draw(st.sampled_from([1, 2])),
    }
