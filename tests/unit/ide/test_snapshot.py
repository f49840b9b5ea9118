"""Snapshots: what stayed the same is not read again."""

from datetime import date

import pytest

from engine.ide.snapshot import take
from tests.unit.ide.desk import FILES, desk

TODAY = date(2026, 10, 1)
WAIVER = """waiver autumn
  of            minors/no_health
  for           campaign.id is "c-1"
  in force from 2026-09-01 until 2026-12-01
  approved by   "A. Jansen" as "DPO" on 2026-08-29
  ticket        "LEG-1"
  reason        "Every ad is reviewed by hand."
end waiver
"""


def test_files_that_stayed_the_same_are_not_parsed_again() -> None:
    before = desk()
    after = take({**FILES, "law.policy": "# nothing any more\n"}, earlier=before)
    assert after.parsed["minors.policy"] is before.parsed["minors.policy"]
    assert after.parsed["law.policy"] is not before.parsed["law.policy"]


def test_faults_are_found_over_all_files() -> None:
    assert desk().diagnostics == ()
    after = desk(law="# nothing any more\n")
    assert after.of_file("law.policy", TODAY) == ()
    codes = {each.code for each in after.of_file("minors.policy", TODAY)}
    assert codes == {"E0306", "E0307"}


def test_a_file_that_is_gone_is_forgotten() -> None:
    after = take({"campaign.policy": FILES["campaign.policy"]}, earlier=desk())
    assert set(after.parsed) == {"campaign.policy"}


def test_data_files_take_no_part() -> None:
    assert set(take({**FILES, "campaign.json": "{}"}).sources) == set(FILES)


def test_without_a_vocabulary_there_is_no_meaning() -> None:
    snapshot = take({"law.policy": FILES["law.policy"]})
    assert snapshot.meaning is None
    assert snapshot.policies.rules == ()
    assert snapshot.vocabulary.campaign.facts == {}
    assert [each.code for each in snapshot.diagnostics] == ["E0507"]


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 8, 28), ["W0543"]),
        (date(2026, 8, 29), []),
        (date(2026, 11, 30), []),
        (date(2026, 12, 1), ["W0540"]),
    ],
)
def test_what_is_out_of_date_depends_on_the_day(today: date, codes: list[str]) -> None:
    snapshot = desk(new=WAIVER)
    found = [each.code for each in snapshot.of_file("new.policy", today)]
    assert [code for code in found if code != "W0541"] == codes
    assert snapshot.of_file("minors.policy", today) == ()
    assert snapshot.of_file("lists/none.csv", today) == ()
