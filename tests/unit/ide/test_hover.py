"""What is told about the words under the cursor."""

from datetime import date

import pytest

from engine.ide.hover import hover
from engine.ide.snapshot import Snapshot, take
from tests.unit.ide.desk import FILES, desk

TODAY = date(2026, 11, 1)
URL = "https://eur-lex.europa.eu/eli/reg/2022/2065/oj"
DEMAND = (
    "An ad may not be shown if the lowest age the ads are shown to is less than 18 "
    "and the ads are aimed by profiling people"
)


def told(snapshot: Snapshot, words: str, file: str = "minors.policy", day: date = TODAY) -> str:
    source = snapshot.sources[file]
    found = hover(snapshot, file, source.text.index(words) + 1, today=day)
    assert found is not None
    assert source.slice(found.span).split()[0] in words
    return found.text


def test_a_fact_is_told_with_its_label_type_and_whether_it_is_required() -> None:
    assert told(desk(), "minimum_age") == (
        "**audience.minimum_age** · fact\n\nlowest age the ads are shown to\n\n"
        "a whole number; optional: unknown where it is left out"
    )
    assert told(desk(), "id       ", "campaign.policy").endswith("a text; required")
    assert told(desk(), "goal").endswith("`sales`, `jobs`")
    assert "- `kind`: what the segment is made of" in told(desk(), "segments ")


def test_a_fact_is_told_with_what_is_presumed_of_it_and_that_it_is_sensitive() -> None:
    text = FILES["campaign.policy"].replace(": money ", ": money presumed EUR 5 sensitive ")
    assert told(desk(campaign=text), "spent ", "campaign.policy").endswith(
        "an amount of money; presumed to be EUR 5 where left out; sensitive: never shown"
    )


def test_a_fact_of_no_type_is_told_by_its_name() -> None:
    snapshot = desk(campaign=FILES["campaign.policy"].replace(": money", ": dollars"))
    assert told(snapshot, "spent ", "campaign.policy") == "**campaign.spent** · fact"


def test_groups_types_and_members_are_told() -> None:
    snapshot = desk()
    assert "whom the ads are aimed at" in told(snapshot, 'audience "', "campaign.policy")
    assert told(snapshot, "sales") == "**sales** · member\n\na member of `campaign.goal`"
    assert told(snapshot, "segment_kind is", "campaign.policy") == (
        "**segment_kind** · type\n\n```assent\ntype segment_kind is one of {interest, health}\n```"
    )


def listed(count: int) -> Snapshot:
    text = 'set AREAS of text "postal areas"\n  is column "area" of "lists/areas.csv"\nend set\n'
    rows = "".join(f"{number:05}\n" for number in range(count))
    return take({**FILES, "law.policy": text, "lists/areas.csv": f"area\n{rows}"})


def test_a_long_set_is_told_by_its_first_members_and_its_file() -> None:
    text = told(listed(1_100), "AREAS", "law.policy")
    assert "1,100: 00000, 00001, " in text
    assert "00059 and 1,040 more\n\nListed in `lists/areas.csv`." in text
    assert " more" not in told(listed(60), "AREAS", "law.policy")


def test_a_set_is_told_as_it_is_on_the_day() -> None:
    assert told(desk(), "EU") == (
        "**EU** · set\n\nmember states of the European Union\n\n"
        "On 1 November 2026 (from 1 February 2020), 3: DE, FR, NL\n\n"
        "Other editions: from 1 January 2010 up to and including 31 January 2020"
    )
    before = told(desk(), "EU", day=date(2009, 1, 1))
    assert "No edition holds on 1 January 2009." in before
    assert "Other editions" not in told(desk(), "SENSITIVE")


def test_a_set_with_a_fault_is_told_as_it_is_written() -> None:
    snapshot = desk(law=FILES["law.policy"].replace("of segment_kind", "of nothing"))
    assert "```assent\nset SENSITIVE of nothing" in told(snapshot, "SENSITIVE")


def test_an_instrument_is_told_with_its_address() -> None:
    assert told(desk(), "DSA") == f"**DSA** · instrument\n\n[Digital Services Act]({URL})"
    assert told(desk(), "HOUSE") == "**HOUSE** · instrument\n\nOur own policy"


def test_a_policy_is_told_with_its_rules() -> None:
    assert told(desk(), "minors ") == (
        "**minors** · policy\n\nProtection of minors\n\n"
        "- `no_profiling`: No profiled ads for minors\n- `no_health`: No health segments"
    )
    bare = told(desk(new="policy bare\n  rule a\nend policy\n"), "bare", "new.policy")
    assert bare == "**bare** · policy\n\n- `a`"


def test_a_rule_is_told_in_plain_prose() -> None:
    assert told(desk(), "no_profiling").split("\n\n") == [
        "**minors/no_profiling** · rule",
        "No profiled ads for minors",
        f"{DEMAND}.",
        "Only where: The answer to “what the campaign is for” is “sales”.",
        "Except (no flight): The campaign runs until it is stopped.",
        "In force from 17 February 2024. Markets: `EU`.",
        "A campaign that breaks this rule is denied.",
        f"- Article 28(2), [Digital Services Act]({URL})\n- Section 1, Our own policy",
    ]
    assert "Markets: Germany and France." in told(desk(), "no_health")


def test_a_rule_for_every_market_says_so() -> None:
    snapshot = desk(minors=FILES["minors.policy"].replace("  applies in    EU\n", ""))
    assert "Markets: every market." in told(snapshot, "no_profiling")


def test_a_rule_with_a_fault_is_told_as_it_is_written() -> None:
    snapshot = desk(minors=FILES["minors.policy"].replace("is less than 18", "is less than"))
    text = told(snapshot, "no_profiling")
    assert '```assent\nrule no_profiling "No profiled ads for minors"' in text
    many = FILES["minors.policy"].replace("is less than 18", "is less than" + "\n" * 20)
    assert told(desk(minors=many), "no_profiling").endswith("\n…\n```")


def test_an_element_is_told_with_its_list() -> None:
    text = told(desk(), "segment in")
    assert text.startswith("**segment** · element\n\nan element of `campaign.segments`")
    assert "- `name`: name of the segment" in text
    lost = desk(new='policy x "t"\n  rule a "b"\n    require any y in campaign.z has (y is 1)\n')
    assert told(lost, "y in", "new.policy") == "**y** · element\n\nan element of `campaign.z`"


def test_the_vocabulary_is_told() -> None:
    assert told(desk(), "campaign.goal").startswith("**campaign** · vocabulary")


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("prohibit", "prohibit when"),
        ("is less", "is less than"),
        ("is one", "is one of"),
        ("in force", "in force from"),
        ("applies when", "applies when"),
        ("and campaign", "and"),
        ("rule", "rule"),
        ("without", "without"),
        ("market is", "market"),
    ],
)
def test_a_word_of_the_language_is_told_by_the_glossary(words: str, phrase: str) -> None:
    assert told(desk(), words).startswith(f"**{phrase}** · keyword\n\n")


@pytest.mark.parametrize("words", ["28(2)", "Protection", "18 and"])
def test_other_words_are_not_told(words: str) -> None:
    snapshot = desk()
    offset = FILES["minors.policy"].index(words)
    assert hover(snapshot, "minors.policy", offset, today=TODAY) is None


def test_words_in_texts_and_comments_are_not_words_of_the_language() -> None:
    text = '# prohibit when\npolicy x "prohibit when"\nend policy\n'
    snapshot = desk(new=text)
    for offset in (3, text.index('"') + 3):
        assert hover(snapshot, "new.policy", offset, today=TODAY) is None


def test_a_path_is_told_while_there_is_no_vocabulary() -> None:
    text = "policy x\n  rule a\n    prohibit when campaign.goal is sales\nend policy\n"
    snapshot = take({"x.policy": text})
    told_of = hover(snapshot, "x.policy", text.index("campaign"), today=TODAY)
    assert told_of is not None
    assert told_of.text == "**campaign** · vocabulary"


def test_an_element_that_is_counted_is_told() -> None:
    counted = "count of (each part in campaign.segments where part.kind is health) exceeds 1"
    policy = f"policy x\n  rule a\n    prohibit when {counted}\nend policy\n"
    assert "an element of `campaign.segments`" in told(desk(new=policy), "part", "new.policy")


def test_a_rule_that_obliges_is_told_with_its_duty() -> None:
    policy = (
        "policy filing\n  rule kept\n    source DSA art 39\n    in force from 2024-01-01\n"
        '    oblige "Keep {campaign.id}." when campaign.audience.profiling\n'
        "      due within 2 days of launch\nend policy\n"
    )
    text = told(desk(new=policy), "kept", "new.policy")
    assert "A duty is owed if" in text
    assert "due within 2 days of the first day of the campaign: Keep {campaign.id}." in text


def test_a_rule_is_told_with_its_permissions_and_the_words_of_the_law() -> None:
    policy = (
        "policy a\n  source DSA art 39\n  in force from 2024-01-01\n  rule no_profiles\n"
        '    text "No profiles."\n    prohibit when campaign.audience.profiling\n'
        '    subject to a/free\n    message "m"\n    remedy "r"\n'
        '  rule free "Free"\n    permit when campaign.goal is jobs\n    despite a/no_profiles\n'
        "end policy\n"
    )
    text = told(desk(new=policy), "no_profiles", "new.policy")
    assert "Except (`a/free`: Free): " in text
    assert "> No profiles." in text
