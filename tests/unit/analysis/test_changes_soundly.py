"""The laws of telling changes, over generated policies, campaigns, and edits of a word or two."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.change import Lean, combined_lean
from engine.analysis.changes import changes
from engine.analysis.report import sentences
from engine.bundle.bundle import Bundle, build
from engine.evaluation.decision import Effect
from engine.source.text import Source
from engine.syntax.parse import parse
from tests.printer.show import show
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import policy_files
from tests.strategies.vocabulary import DAYS

FEW = settings(max_examples=15)  # Each compares bundles of its own.
pytestmark = pytest.mark.no_cover  # The golden pairs show every kind of change line by line.

SWAPS = (
    *(("is at least", "is more than"), ("is at most", "is less than"), ("exceeds", "is at least")),
    *((" and ", " or "), (" or ", " and "), ("any ", "every "), ("every ", "any ")),
    *((", if any,", ""), ("all of", "any of"), ("not (", "("), ("enforcement advisory", "")),
    *(("is one of", "is not one of"), ("includes any of", "includes all of")),
    *(("{red, blue}", "{red}"), ("WARM", "{red, green}"), ("WARM", "{red}"), ("UNION", "{DE}")),
    *(("{DE, FR}", "{DE, FR, NO}"), ("is {red}", "is {red, blue}"), ("ask", "deny")),
    *(("within 30 days", "within 60 days"), ("EUR 10", "EUR 20"), ("50%", "60%")),
    *(("prohibit when", "require"), ("is before", "is on or before"), ("is unknown", "is known")),
    *(("applies in UNION", ""), ('case "US-CA" gives 2', 'case "US-CA" gives 1')),
    *(("gives 2\n", "gives 1\n"), ("gives 12.5", "gives 50"), ("gives 3", "gives 0")),
    *(
        ("case red, DE", "case red, NO"),
        ("case red, FR gives 2\n", ""),
        ("gives 2 weeks", "gives 9 days"),
    ),
    *(("none of", "any of"), ("no ", "any "), ("in force from 2025", "in force from 2024")),
)
LIMIT = re.compile(
    r"(?:(?<=is at least )|(?<=exceeds )|(?<=is less than )|(?<=more than ))\d+\b(?![%.-])"
)


def built(files: dict[str, str]) -> Bundle | None:
    return build("generated", files)[0]


def effect(bundle: Bundle, descriptor: dict[str, Any], day: date) -> Effect:
    campaign, faults = bundle.decoder.decode(descriptor)
    assert campaign is not None, faults
    as_of = datetime.combine(day, time(12), tzinfo=UTC)
    return bundle.program.decide(campaign, as_of=as_of).effect


@st.composite
def edited(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Return files, and the same with one word or limit put otherwise, wherever it stands."""
    old = draw(policy_files(most_rules=2))
    name = draw(st.sampled_from(sorted(old)))
    text = old[name]
    limits = [match.span() for match in LIMIT.finditer(text)]
    swaps = [(one, other) for one, other in SWAPS if one in text]
    if limits and (not swaps or draw(st.booleans())):
        start, end = draw(st.sampled_from(limits))
        limit = draw(st.sampled_from(["0", "1", "2", "17", "100"]))
        return old, {**old, name: text[:start] + limit + text[end:]}
    if not swaps:
        return old, old
    one, other = draw(st.sampled_from(swaps))
    times = draw(st.sampled_from([1, -1]))
    return old, {**old, name: text.replace(one, other, times)}


@FEW
@given(policy_files())
def test_nothing_changed_against_itself(files: dict[str, str]) -> None:
    """Policies are no change of themselves, nor of what the printer makes of them in any file."""
    bundle = built(files)
    assert bundle is not None
    assert changes(bundle.policies, bundle.policies) == ()
    shown = [show(parse(Source(name=n, text=t))[0]) for n, t in sorted(files.items(), reverse=True)]
    again = built({"all.policy": "\n".join(shown)})
    assert again is not None
    assert changes(bundle.policies, again.policies) == ()


@FEW
@given(edited(), st.lists(descriptors(), min_size=3, max_size=6), DAYS)
def test_a_lean_holds_for_every_campaign(
    pair: tuple[dict[str, str], dict[str, str]], campaigns: list[dict[str, Any]], day: date
) -> None:
    """No change decides alike; stricter never turns deny into allow, looser never the reverse."""
    old, new = map(built, pair)
    if old is None or new is None:
        return
    found = changes(old.policies, new.policies)
    lean = combined_lean(change.lean for change in found)
    assert all(each.sentences for each in sentences(found))
    for descriptor in campaigns:
        effects = effect(old, descriptor, day), effect(new, descriptor, day)
        if lean in {Lean.STRICTER, Lean.NEUTRAL}:
            assert effects != (Effect.DENY, Effect.ALLOW), found
        if lean in {Lean.LOOSER, Lean.NEUTRAL}:
            assert effects != (Effect.ALLOW, Effect.DENY), found
