"""Generated rules that are waived, and campaigns that break them.

Of the bundles in `campaigns` few break a rule while a waiver of it holds; here most do.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from engine.evaluation.decision import Decision
from engine.evaluation.result import Status
from tests.strategies.vocabulary import DAYS, VOCABULARY

SCOPES = (
    *('campaign.id is "c-1"', "campaign.other", "market is DE", "campaign.home is known"),
    *(
        "campaign.markets includes DE",
        "today is before 2026-01-01",
        "campaign.home is one of UNION",
    ),
)
_MAINS = (
    "prohibit when campaign.flag",
    "prohibit when campaign.flag and market is not NO",
    "require campaign.whole is at least 5",
    "prohibit when any item in campaign.items has (item.flag)",
)
_OTHERS = ("", 'unless "small" campaign.amount is 1', "if unknown deny", "applies in {DE, FR}")


@st.composite
def windows(draw: st.DrawFn) -> tuple[date, date]:
    """Return the first day of a waiver, and the first on which it no longer holds."""
    start = draw(st.just(date(2024, 1, 1)) | DAYS)
    return start, start + timedelta(days=draw(st.sampled_from([1, 30, 200, 800, 2000])))


def waiver(name: str, rule: str, scope: str, window: tuple[date, date]) -> str:
    """Return the text of a waiver."""
    return (
        f"waiver {name}\n  of {rule}\n  for {scope}\n"
        f"  in force from {window[0]} until {window[1]}\n"
        f'  approved by "A. Jansen" as "counsel" on {window[0]}\n'
        '  ticket "LEG-1"\n  reason "by hand"\nend waiver\n'
    )


@st.composite
def rules(draw: st.DrawFn, name: str) -> str:
    """Return the text of a rule that may be waived."""
    start = draw(st.just(date(2000, 1, 1)) | DAYS)
    clauses = [
        "source LAW art 1",
        f"in force from {start}",
        draw(st.sampled_from(_MAINS)),
        *{draw(st.sampled_from(_OTHERS)), draw(st.sampled_from(_OTHERS))},
        draw(st.sampled_from(["", 'enforcement overridable by "counsel"'])),
        'message "amount {campaign.amount}"',
        'remedy "change it"',
    ]
    if draw(st.booleans()):
        clauses[1] += f" until {start + timedelta(days=draw(st.integers(1, 9000)))}"
    return f"  rule {name}\n    " + "\n    ".join(filter(None, clauses)) + "\n"


@st.composite
def waived_files(draw: st.DrawFn) -> dict[str, str]:
    """Return the files of bundles with a rule or two, each waived up to three times."""
    texts, waivers = [], []
    for number in range(draw(st.integers(1, 2))):
        texts.append(draw(rules(f"r{number}")))
        for each in range(draw(st.integers(1, 3))):
            scope, window = draw(st.sampled_from(SCOPES)), draw(windows())
            waivers.append(waiver(f"w{number}_{each}", f"p/r{number}", scope, window))
    return {
        "vocabulary.policy": VOCABULARY,
        "p.policy": f"policy p\n{''.join(texts)}end policy\n",
        "waivers.policy": "\n".join(waivers),
    }


@st.composite
def breaking(draw: st.DrawFn) -> dict[str, Any]:
    """Return campaign descriptors that break most rules; a fact may be absent."""
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.sampled_from([0, 29, 30, 200, 800])))
    flight = draw(
        st.sampled_from(
            [
                *({"start": str(start), "end": str(end)} for _ in range(3)),
                *({"start": str(start), "until_stopped": True} for _ in range(2)),
                {"start": str(start)},
            ]
        )
    )
    facts: dict[str, Any] = {
        "id": "c-1",
        "markets": draw(st.sampled_from([["DE"], ["DE", "FR"], ["FR", "NO"], ["US"]])),
        "flight": flight,
        "flag": draw(st.sampled_from([True, True, False])),
        "other": draw(st.booleans()),
        "home": draw(st.sampled_from(["DE", "NO"])),
        "amount": draw(st.sampled_from([1, 2])),
        "whole": draw(st.sampled_from([4, 4, 5])),
        "items": [{"flag": True}],
    }
    absent = draw(st.sampled_from([None, None, None, *facts]))
    return {name: value for name, value in facts.items() if name != absent}


def is_waived_for_its_silence(richer: Decision, poorer: Decision) -> bool:
    """Whether all that stood against a campaign was undetermined, and is waived without a fact."""
    waived = {each.rule.id for each in poorer.results if each.status is Status.WAIVED}
    parts = [part for each in richer.results for part in each.parts]
    return all(
        part.rule.id in waived and any(finding.wanted for finding in part.findings)
        for part in parts
        if part.is_adverse and part.is_enforced
    )
