"""A check ends where one file has more faults than are listed."""

from pathlib import Path

from engine.bundle.bundle import build
from engine.source.diagnostic import Diagnostic
from engine.syntax.lexis import MOST_FAULTS, MOST_WORDS

VOCABULARY = (Path(__file__).parents[2] / "golden" / "vocabulary.policy").read_text()
RULE = """\
  rule r{n} "R"
    source TEST art 1
    in force from 2024-01-01
    require campaign.unheard_of_{n} is known
    message "m"
    remedy "r"
"""


def faults_of(**files: str) -> tuple[Diagnostic, ...]:
    named = {f"{name}.policy": text for name, text in files.items()}
    bundle, found = build("faulty", {"vocabulary.policy": VOCABULARY, **named})
    assert bundle is None
    return found


def policy(rules: int) -> str:
    instrument = 'instrument TEST "D" "http://d"\n'
    return (
        f'{instrument}policy p "P"\n{"".join(RULE.format(n=n) for n in range(rules))}end policy\n'
    )


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in found]


def test_as_many_faults_as_are_listed_are_listed() -> None:
    found = faults_of(many=policy(MOST_FAULTS))
    assert codes(found) == ["E0301"] * MOST_FAULTS


def test_one_fault_more_ends_the_check_and_says_so() -> None:
    assert codes(faults_of(many=policy(MOST_FAULTS + 20))) == ["E0301"] * MOST_FAULTS + ["E0110"]


def test_a_fault_that_many_rules_share_is_one() -> None:
    common = 'applies when campaign.nothing is known\n  rule r0 "R"'
    found = faults_of(many=policy(MOST_FAULTS).replace('rule r0 "R"', common))
    assert len([each for each in found if "nothing" in each.headline]) == 1


def test_what_a_file_declares_that_was_not_read_to_its_end_is_not_missed() -> None:
    broken = "policy p\n" + "  colour red\n" * (MOST_FAULTS + 1)
    found = faults_of(broken=broken, user=policy(1))
    assert {each.span.source for each in found} == {"broken.policy"}
    assert codes(found)[-1] == "E0110"


def test_a_file_of_very_many_words_is_not_read() -> None:
    (fault,) = faults_of(long="( " * MOST_WORDS + "x")
    assert fault.code == "E0108"
    assert fault.headline == f"the file has more than {MOST_WORDS:,} words and marks"
    assert codes(faults_of(long="( " * MOST_WORDS)) != ["E0108"]


def chain(length: int, *, last: str) -> str:
    links = (f"define a{n} source TEST art 1 means a{n + 1} end define\n" for n in range(length))
    instrument = 'instrument TEST "T" "http://t"\n'
    return (
        f"{instrument}{''.join(links)}define a{length} source TEST art 1 means {last} end define\n"
    )


def test_definitions_of_definitions_are_followed_only_so_far() -> None:
    for last in ("a0", "today is today"):
        found = faults_of(chain=chain(2_000, last=last))
        assert set(codes(found)) == {"E0322"}
