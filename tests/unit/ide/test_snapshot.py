"""Snapshots: what stayed the same is not read again."""

from engine.ide.snapshot import take
from tests.unit.ide.desk import FILES, desk


def test_files_that_stayed_the_same_are_not_parsed_again() -> None:
    before = desk()
    after = take({**FILES, "law.policy": "# nothing any more\n"}, earlier=before)
    assert after.parsed["minors.policy"] is before.parsed["minors.policy"]
    assert after.parsed["law.policy"] is not before.parsed["law.policy"]


def test_faults_are_found_over_all_files() -> None:
    assert desk().diagnostics == ()
    after = desk(law="# nothing any more\n")
    assert after.of_file("law.policy") == ()
    codes = {each.code for each in after.of_file("minors.policy")}
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
