"""Pairs of conditions, what is told of them, and which way it leans under `prohibit when`."""

import pytest

from engine.analysis.change import Change, Kind, Lean
from engine.analysis.changes import changes
from engine.analysis.wording import sentence
from engine.bundle.bundle import build
from engine.semantics.tree import Policies
from tests.strategies.vocabulary import VOCABULARY

RULE = """
policy p
  rule r
    source LAW art 1
    in force from 2024-01-01
    prohibit when {condition}
    message "no"
    remedy "change it"
end policy
"""


def policies(text: str, vocabulary: str = VOCABULARY) -> Policies:
    bundle, diagnostics = build("pair", {"v.policy": vocabulary, "p.policy": text})
    assert bundle is not None, diagnostics
    return bundle.policies


def between(old: str, new: str) -> tuple[Change, ...]:
    one, other = (policies(RULE.replace("{condition}", each)) for each in (old, new))
    return changes(one, other)


SAME = [
    ("not (campaign.flag)", "campaign.flag is no"),
    ("campaign.flag is not no", "campaign.flag"),
    ("campaign.amount exceeds 2", "campaign.amount is more than 2"),
    ("campaign.colour is red", "campaign.colour is one of WARM"),
    ("market is DE", "market is one of {DE}"),
    ("campaign.colours includes red", "campaign.colours includes any of WARM"),
    ("not (not (campaign.flag is no))", "not (campaign.flag)"),
    ("not (no item in campaign.items has (item.flag))", "any x in campaign.items has (x.flag)"),
    (
        "not (every item in campaign.items, if any, has (item.flag))",
        "any item in campaign.items has (item.flag is no)",
    ),
    (
        "no item in campaign.items has (item.flag)",
        "every item in campaign.items, if any, has (item.flag is no)",
    ),
    (
        "(campaign.flag and campaign.other) and campaign.amount is 1",
        "campaign.amount is 1 and (campaign.other and campaign.flag)",
    ),
]
NO_ITEM = "no item in campaign.items has ({})"
APART = [
    (
        "campaign.flag is no and campaign.other is no",
        "campaign.flag is no and not (campaign.colours includes all of {red, blue})",
        Kind.CONDITION_ADDED,
        Lean.LOOSER,
    ),
    (
        "not (every item in campaign.items has (item.amount is at least 2))",
        "not (every item in campaign.items has (item.amount is at least 1))",
        Kind.LIMIT,
        Lean.LOOSER,
    ),
    (
        NO_ITEM.format("item.amount exceeds 1"),
        NO_ITEM.format("item.amount exceeds 2"),
        Kind.LIMIT,
        Lean.STRICTER,
    ),
    ("campaign.amount is 1", "campaign.amount is 2", Kind.COMPARISON, Lean.UNCLEAR),
    (
        "campaign.amount is at least 1",
        "campaign.amount is at most 1",
        Kind.COMPARISON,
        Lean.UNCLEAR,
    ),
    (
        "campaign.amount is between 1 and 2",
        "campaign.amount is between 0 and 2",
        Kind.COMPARISON,
        Lean.STRICTER,
    ),
    (
        "campaign.amount is between 1 and 12.5",
        "campaign.amount is at least 1",
        Kind.COMPARISON,
        Lean.STRICTER,
    ),
    (
        "campaign.price is between EUR 1 and EUR 2",
        "campaign.price is between EUR 1 and EUR 3",
        Kind.COMPARISON,
        Lean.UNCLEAR,
    ),
    ("campaign.price exceeds EUR 1", "campaign.price exceeds USD 1", Kind.LIMIT, Lean.UNCLEAR),
    (
        "campaign.amount / campaign.whole exceeds 1",
        "campaign.amount / campaign.whole exceeds 80%",
        Kind.LIMIT,
        Lean.UNCLEAR,
    ),
    ("campaign.amount is campaign.whole", "campaign.amount is 2", Kind.COMPARISON, Lean.UNCLEAR),
    (
        "campaign.day is within 30 days before today",
        "campaign.day is within 20 days + 20 days before today",
        Kind.COMPARISON,
        Lean.UNCLEAR,
    ),
    (
        "campaign.day is before 2025-01-01",
        "campaign.day is on or before 2025-01-01",
        Kind.COMPARISON,
        Lean.STRICTER,
    ),
    (
        "campaign.colours includes all of {red}",
        "campaign.colours includes all of {red, blue}",
        Kind.MEMBER_ADDED,
        Lean.LOOSER,
    ),
    (
        "campaign.colour is one of {red, blue}",
        "campaign.colour is red",
        Kind.MEMBER_DROPPED,
        Lean.LOOSER,
    ),
    (
        "not (campaign.colours includes all of {red, blue})",
        "campaign.amount is 3",
        Kind.CONDITION,
        Lean.UNCLEAR,
    ),
    ('campaign.note is "a"', 'campaign.note is "b"', Kind.MEMBER_ADDED, Lean.STRICTER),
    ("campaign.flag", "campaign.flag and campaign.other", Kind.CONDITION_ADDED, Lean.LOOSER),
    ("campaign.flag or campaign.other", "campaign.flag", Kind.ALTERNATIVE_DROPPED, Lean.LOOSER),
    (
        "campaign.flag or campaign.other",
        "(campaign.flag or campaign.other) and campaign.amount is 1",
        Kind.CONDITION_ADDED,
        Lean.LOOSER,
    ),
    (
        "campaign.flag or campaign.other",
        "campaign.amount is 1 and campaign.whole is 2",
        Kind.CONDITION,
        Lean.UNCLEAR,
    ),
    (
        "any item in campaign.items has (item.flag)",
        "every item in campaign.items has (item.amount is 1)",
        Kind.CONDITION,
        Lean.UNCLEAR,
    ),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_means_the_same(old: str, new: str) -> None:
    assert between(old, new) == ()
    assert between(new, old) == ()


@pytest.mark.parametrize(("old", "new", "kind", "lean"), APART)
def test_what_is_told(old: str, new: str, kind: Kind, lean: Lean) -> None:
    first, *_ = between(old, new)
    assert (first.kind, first.lean) == (kind, lean)
    assert sentence(first).startswith(("for it to prohibit, ", "the limit on "))


def test_a_date_is_told_as_it_is_written() -> None:
    (change,) = between("campaign.day is before 2025-01-01", "campaign.day is before 2026-01-01")
    assert sentence(change) == "the limit on `a day` rises from 2025-01-01 to 2026-01-01"


def test_a_missing_fact_is_asked_for_again() -> None:
    text = RULE.replace("{condition}", "campaign.flag")
    denying = text.replace('    message "no"', '    if unknown deny\n    message "no"')
    (change,) = changes(policies(denying), policies(text))
    assert change.lean is Lean.LOOSER
    assert sentence(change).startswith("a missing fact is now asked for")


def test_a_set_that_goes() -> None:
    text = RULE.replace("{condition}", "campaign.flag")
    spare = "\nset SPARE of place\n  is {DE}\nend set\n"
    (change,) = changes(policies(text + spare), policies(text))
    assert (change.kind, change.lean) == (Kind.REMOVED, Lean.NEUTRAL)
    assert sentence(change) == "this set is removed"


@pytest.mark.parametrize(
    "condition",
    [
        "no item in campaign.items has (item.colour is not one of WARM)",
        "not (campaign.colour is not one of WARM)",
    ],
)
def test_a_set_leans_as_its_rules_use_it(condition: str) -> None:
    text = RULE.replace("{condition}", condition)
    wider = VOCABULARY.replace("  is {red}\n", "  is {red, blue}\n")
    (change,) = changes(policies(text), policies(text, wider))
    assert change.lean is Lean.STRICTER


def test_editions_that_follow_each_other_unchanged_are_one() -> None:
    text = RULE.replace("{condition}", "campaign.home is one of UNION")
    split = VOCABULARY.replace(
        "from 2026-06-01 is {DE}", "from 2026-06-01 is {DE}\n  from 2027-01-01 is {DE}"
    )
    assert changes(policies(text), policies(text, split)) == ()


WAIVER = """
waiver w
  of p/r
  for campaign.id is "c-1"
  in force from 2024-01-01 until 2030-01-01
  approved by "A. Jansen" as "counsel" on 2024-01-01
  ticket "LEG-1"
  reason "by hand"
end waiver
"""
FREE = VOCABULARY.replace("list of place required", "list of place")
PRESUMED = VOCABULARY.replace("flag    : yes_no ", "flag    : yes_no presumed yes ", 1)


@pytest.mark.parametrize(
    ("waiver", "lean"), [("", Lean.STRICTER), (WAIVER, Lean.UNCLEAR)], ids=["bound", "waived"]
)
def test_what_settles_a_breach_may_let_it_be_waived(waiver: str, lean: Lean) -> None:
    """An undetermined rule denies; once its breach is established, a waiver may lift it."""
    text = RULE.format(condition="campaign.flag") + waiver
    here = text.replace("    prohibit", "    applies in {DE}\n    prohibit")
    [presumed] = changes(policies(text), policies(text, PRESUMED))
    assert (presumed.kind, presumed.lean) == (Kind.PRESUMED, lean)
    [places] = changes(policies(here, FREE), policies(text, FREE))
    assert (places.kind, places.lean) == (Kind.PLACES, lean)
    [asked] = changes(policies(here), policies(text))
    assert asked.lean is Lean.STRICTER, "whoever leaves the markets out is denied all the same"
