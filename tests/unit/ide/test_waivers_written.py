"""Waivers in the editor: what is offered in them, where their names lead, and what they mean."""

from datetime import date

from engine.ide.completion import complete
from engine.ide.hover import hover
from engine.ide.outline import outline
from engine.ide.rename import definitions, references, rename
from engine.ide.snapshot import Snapshot
from engine.syntax.lexis import WAIVER_KEYWORDS
from tests.unit.ide.desk import desk, written

HEAD = "waiver autumn\n  of minors/no_health\n  "
WAIVER = """\
waiver autumn
  of            minors/no_health
  for           campaign.id is "c-1"
  in force from 2026-09-01 until 2026-12-01
  approved by   "A. Jansen" as "DPO" on 2026-08-29
  ticket        "LEG-1"
  reason        "Every ad is reviewed by hand."
end waiver

test "let pass"
  on 2026-09-01
  given campaign.id is "c-1"
  expect waived by autumn
end test
"""


def offered(text: str) -> list[str]:
    snapshot, offset = written(text)
    return [each.text for each in complete(snapshot, "new.policy", offset)]


def told(snapshot: Snapshot, words: str, file: str) -> str:
    offset = snapshot.sources[file].text.index(words) + 1
    found = hover(snapshot, file, offset, today=date(2026, 10, 1))
    assert found is not None
    return found.text


def test_clauses_begin_in_a_waiver() -> None:
    assert offered("waiver w\n  |") == [*WAIVER_KEYWORDS, "end waiver"]
    assert offered(f"{HEAD}app|") == ["approved by"]
    assert offered(f'{HEAD}approved by "A. Jansen" |') == ["as"]
    assert offered(f'{HEAD}approved by "A. Jansen" as "DPO" |') == ["on"]


def test_the_rules_are_offered_and_then_what_campaigns_say() -> None:
    assert offered("waiver w\n  of |") == ["minors/no_health", "minors/no_profiling"]
    assert {"campaign", "market", "not"} <= set(offered(f"{HEAD}for |"))
    assert offered(f"{HEAD}for campaign.go|") == ["goal"]
    behind = offered(f"{HEAD}for campaign.audience.profiling |")
    assert "and" in behind
    assert not {"for", "ticket", "reason", "approved by"} & set(behind)


def test_a_test_is_offered_the_waivers_and_a_condition_is_not() -> None:
    assert offered(f'{WAIVER}test "t"\n  expect waived by |') == ["autumn"]
    assert "autumn" not in offered(f"{WAIVER}waiver w\n  of minors/no_health\n  for |")


def test_the_name_of_a_waiver_is_followed_and_changed_everywhere() -> None:
    snapshot = desk(new=WAIVER)
    offset = WAIVER.index("by autumn") + 4
    (declared,) = definitions(snapshot, "new.policy", offset)
    assert snapshot.sources["new.policy"].locate(declared.start).line == 1
    used = references(snapshot, "new.policy", offset, with_declarations=False)
    assert [snapshot.sources["new.policy"].locate(each.start).line for each in used] == [13]
    edits = rename(snapshot, "new.policy", offset, "fall")
    assert isinstance(edits, tuple)
    assert len(edits) == 2


def test_the_name_of_a_waiver_that_nobody_declares_leads_nowhere() -> None:
    snapshot = desk(new=WAIVER.replace("by autumn", "by winter"))
    assert definitions(snapshot, "new.policy", WAIVER.index("by autumn") + 4) == ()


def test_a_waiver_is_told_with_its_rule_and_who_answers_for_it() -> None:
    snapshot = desk(new=WAIVER)
    assert told(snapshot, "autumn", "new.policy") == (
        "**autumn** · waiver\n\n"
        "waives `minors/no_health`: No health segments\n\n"
        "Where: The identifier of the campaign is “c-1”.\n\n"
        "In force from 1 September 2026 up to and including 30 November 2026.\n\n"
        "Approved by A. Jansen as DPO on 29 August 2026, LEG-1: Every ad is reviewed by hand."
    )
    rule = told(snapshot, "no_health", "minors.policy")
    assert "Waived (`autumn`, from 1 September 2026 up to and including 30 November 2026): " in rule


def test_a_waiver_with_a_fault_is_told_as_it_is_written() -> None:
    snapshot = desk(new=WAIVER.replace(" until 2026-12-01", ""))
    assert "```assent\nwaiver autumn" in told(snapshot, "autumn", "new.policy")


def test_a_waiver_is_in_the_outline() -> None:
    entries = outline(desk(new=WAIVER), "new.policy")
    assert [(each.kind, each.name) for each in entries] == [
        ("waiver", "autumn"),
        ("test", "let pass"),
    ]
