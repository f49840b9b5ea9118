"""Corners that the other generated policies seldom reach: ends of months, and permissions.

Both are few questions asked of many campaigns, each of which lies close to where the answer turns.
"""

from datetime import date, timedelta
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
_MARKETS = ("GB", "GB-ENG", "GB-LND", "GB-SCT", "DE", "US-CA")
_DAYS = st.integers(0, 5).map(lambda number: date(2026, 6, 1) + timedelta(days=10 * number))


@st.composite
def _origins(draw: st.DrawFn) -> str:
    start, places = draw(_DAYS), draw(st.sampled_from(_PLACES))
    until = draw(st.sampled_from(["", f" until {start + timedelta(days=30)}"]))
    where = f"\n    applies in {places}" if places else ""
    return f"    source LAW art 1\n    in force from {start}{until}{where}\n"


@st.composite
def lifted_files(draw: st.DrawFn) -> dict[str, str]:
    """Return a rule and the permissions that lift it, in other places and on other days."""
    names = ("one", "two")[: draw(st.integers(1, 2))]
    lifting = ", ".join(f"p/{name}" for name in names)
    rule = (
        f"  rule lifted\n{draw(_origins())}    prohibit when campaign.flag\n"
        f'    subject to {lifting}\n    message "m"\n    remedy "r"\n'
    )
    texts = [rule]
    for name in names:
        shown = draw(st.sampled_from(["campaign.flag", "campaign.other", 'market is "GB-ENG"']))
        texts.append(
            f"  rule {name}\n{draw(_origins())}    permit when {shown}\n    despite p/lifted\n"
        )
    return {"vocabulary.policy": VOCABULARY, "p.policy": f"policy p\n{''.join(texts)}end policy\n"}


@st.composite
def of_lifted(draw: st.DrawFn) -> dict[str, Any]:
    """Return campaigns that break such a rule, and to which permissions are meant."""
    start = draw(_DAYS)
    flight = {"start": str(start), "end": str(start + timedelta(days=draw(st.integers(0, 30))))}
    markets = draw(st.lists(st.sampled_from(_MARKETS), min_size=1, max_size=3, unique=True))
    other = draw(st.booleans())
    return {"id": "c-1", "markets": markets, "flight": flight, "flag": True, "other": other}
