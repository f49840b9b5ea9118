"""The handbook as values: chapters, examples, indexes, lists and facts."""

from dataclasses import replace
from datetime import date

import pytest

from engine import bundle_from_files, load_bundle
from engine.bundle.load import shipped_directory
from engine.english import consequences, labels
from engine.english.amounts import place
from engine.english.provisions import abbreviated, natural, provision, web_address
from engine.english.sentences import Writer
from engine.handbook.handbook import handbook
from engine.handbook.values import Outcome
from engine.semantics.reading import paths_read
from engine.semantics.tree import ComparisonCondition, Window
from engine.syntax.lexis import PROVISIONS, Comparator
from tests.unit.handbook.bookshelf import VOCABULARY, bundle, condition, rule, rules, shipped

TESTS = """
test "named" on 2026-01-01 given campaign.political is yes expect deny by p/one end test
test "by what it changes" on 2026-01-01 given campaign.size is 3 expect allow end test
test "of both" on 2026-01-01 given campaign.political is yes expect allow end test
test "wanting" on 2026-01-01 without campaign.size expect deny for want of campaign.size end test
test "warned" on 2026-01-01 expect warn by p/two expect allow end test
test "of neither" on 2026-01-01 given campaign.maker is "Ann" expect allow end test
"""
PAIR = (
    "# Why there are\n# two of them.\npolicy p\n  applies in {DE, US-NY}\n"
    + rule("one", "prohibit when campaign.political", "enforcement mandatory", "if unknown deny")
    + rule(
        "two",
        "require campaign.size is at most 5 when campaign.political",
        "enforcement advisory",
        "if unknown deny",
        'unless "old" campaign.tags includes any of SENSITIVE',
    )
    + "# Advice.\n"
    + rule("three", "prohibit when campaign.maker is unknown", "enforcement advisory")
    + "end policy\npolicy idle end policy\n"
)


def test_a_chapter_has_its_note_its_common_clauses_and_its_numbered_rules() -> None:
    made = handbook(bundle(PAIR))
    (chapter,) = made.chapters
    assert (chapter.number, chapter.title, chapter.note) == (1, "P", "Why there are two of them.")
    assert chapter.common == "applies in {DE, US-NY}"
    assert [each.number for each in made.rules] == ["1.1", "1.2", "1.3"]
    assert made.rules[2].origin.note == "Advice."
    assert made.rules[1].origin.text.startswith('rule two "Title of two"\n')
    assert made.rules[0].markets == "Germany and New York (United States)"
    assert [each.code for each in made.markets] == ["DE", "US-NY"]
    assert made.everywhere == ()


def test_consequences_are_said_in_words() -> None:
    one, two, three = handbook(bundle(PAIR)).rules
    assert one.effect.endswith("nobody can waive it.")
    assert one.missing == "What is not stated counts as a breach, and the campaign is denied."
    assert two.missing.endswith("draws the warning.")
    assert two.effect.endswith("with a warning.")
    assert three.missing.startswith("The rule is reported as undecided")
    assert two.sentence.text.startswith("An ad should be shown only if ")
    assert [each.text for each in two.conditions] == ["The campaign is political."]


def test_a_permission_and_what_it_lifts_name_each_other() -> None:
    lifted = rule(
        "r",
        "prohibit when campaign.political",
        "subject to p/free",
        'enforcement overridable by "the DPO"',
        'text "No politics."',
    )
    free = rule("free", "permit when campaign.labelled", "despite p/r")
    made, permission = handbook(bundle(f"policy p {lifted} {free} end policy")).rules
    (exception,) = made.exceptions
    assert (exception.name, exception.permission) == ("Title of free", "p/free")
    assert exception.condition.text == "The ads carry a label."
    assert made.text == "No politics."
    assert made.effect == "A campaign that breaks this rule is denied; the DPO may waive it."
    assert permission.lifts == ("p/r",)
    assert permission.sentence.text.startswith("As an exception, an ad may be shown if ")
    assert permission.effect.startswith("Where this is shown, the rules that it lifts")
    assert permission.missing.startswith("It is for the advertiser to show")


def test_a_list_in_a_file_is_told_by_its_first_members_and_its_file() -> None:
    named = 'set AREAS of text "areas" is column "area" of "areas.csv" end set'
    rows = "".join(f"{number:03}\n" for number in range(150))
    files = {"words.policy": VOCABULARY, "p.policy": named, "areas.csv": f"area\n{rows}"}
    made = handbook(bundle_from_files(files, name="golden"))
    (edition,) = next(each for each in made.lists if each.name == "AREAS").editions
    assert edition.file == "areas.csv"
    assert edition.members[:2] == ("“000”", "“001”")
    assert (len(edition.members), edition.more) == (100, 50)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("before launch", "before the first day of the campaign"),
        ("within 1 day of launch", "within 1 day of the first day of the campaign"),
        ("within 30 days after the end", "within 30 days after the last day of the campaign"),
    ],
)
def test_a_rule_that_obliges_tells_the_duty_and_when_it_is_due(due: str, words: str) -> None:
    main = f'oblige "Show {{campaign.maker}}." when campaign.political due {due}'
    named = (
        'test "owed" on 2026-01-01 given campaign.political is yes expect oblige by p/r end test'
    )
    (entry,) = handbook(bundle(f"policy p {rule('r', main)} end policy\n{named}")).rules
    assert entry.sentence.text == "A duty is owed if the campaign is political."
    assert [part.text for part in entry.duty] == ["Show ", "who made the ads", "."]
    assert entry.due == words
    assert entry.effect.startswith("The campaign is allowed")
    assert (entry.message, entry.remedy) == ((), ())
    assert [each.result for each in entry.examples] == ["a duty is owed"]


def test_examples_go_to_the_rule_that_they_concern() -> None:
    made = handbook(bundle(PAIR + TESTS))
    one, two, three = made.rules
    assert [each.title for each in one.examples] == ["named"]
    assert [each.title for each in two.examples] == ["by what it changes", "wanting", "warned"]
    assert [each.title for each in three.examples] == ["of neither"]
    assert [each.title for each in made.chapters[0].examples] == ["of both"]
    assert two.examples[1].result == "denied until stated: number of people reached"
    assert [each.outcome for each in two.examples] == [
        Outcome.ALLOWED,
        Outcome.OPEN,
        Outcome.WARNED,
    ]


def test_examples_say_for_want_of_which_facts_and_without_which_warnings() -> None:
    text = f"policy p {rule('r', 'prohibit when campaign.political and market is DE')} end policy\n"
    tests = (
        'test "open" on 2026-01-01 '
        "expect deny by p/r because campaign.political is unknown end test\n"
        'test "calm" on 2026-01-01 given campaign.political is no expect no warning by p/r end test'
    )
    (entry,) = handbook(bundle(text + tests)).rules
    assert [each.result for each in entry.examples] == [
        "denied until stated: the campaign is political",
        "without a warning",
    ]


def test_facts_say_what_is_presumed_of_them_and_that_they_are_sensitive() -> None:
    more = (
        'vocabulary campaign\n  aim : objective presumed more_sales "what for"\n'
        '  fee : money presumed EUR 5 sensitive "fee"\nend vocabulary\n'
    )
    made = handbook(
        bundle(f"{more}policy p {rule('r', 'prohibit when campaign.political')} end policy")
    )
    facts = {fact.name: fact for group in made.groups for fact in group.facts}
    assert [(facts[n].presumed, facts[n].sensitive) for n in ("aim", "fee", "maker")] == [
        ("more sales", False),
        ("EUR 5", True),
        ("", False),
    ]


def test_a_list_says_who_is_on_it_when_and_which_rules_refer_to_it() -> None:
    text = "policy p applies in UNION\n" + rule("r", "prohibit when campaign.political")
    made = handbook(bundle(f"{text}end policy"))
    lists = {each.name: each for each in made.lists}
    assert lists["UNION"].editions[0].in_force.endswith("up to and including 31 January 2020")
    assert lists["UNION"].editions[1].members == ("France", "Germany")
    assert [each.id for each in lists["UNION"].rules] == ["p/r"]
    assert lists["SENSITIVE"].rules == ()
    # The third member left before the rule came into force.
    assert [each.name for each in made.markets] == ["France", "Germany"]


def test_a_list_is_read_as_long_as_the_rule_is_in_force() -> None:
    text = rule("r", "prohibit when campaign.political").replace(
        "2024-01-01", "2010-01-01 until 2019-01-01"
    )
    made = handbook(bundle(f"policy p applies in UNION\n{text}end policy"))
    assert [each.code for each in made.markets] == ["FR", "DE", "GB"]
    assert made.rules[0].in_force == "from 1 January 2010 up to and including 31 December 2018"


def test_facts_are_found_through_lists_and_arithmetic() -> None:
    written = "prohibit when any part in campaign.segments has (part.size / 2 is less than 3)"
    made = handbook(bundle(f"policy p\n{rule('r', written)}end policy"))
    assert [each.fact.path for each in made.facts] == [
        "campaign.segments",
        "campaign.segments.size",
    ]
    assert made.facts[1].fact.label == "size of the segment"


def test_the_vocabulary_tells_types_in_words() -> None:
    made = handbook(bundle(f"policy p\n{rule('r', 'prohibit when campaign.political')}end policy"))
    facts = {each.name: each for each in made.groups[0].facts}
    assert made.groups[0].name == "campaign"
    assert facts["flight"].kind == "a group of facts"
    assert facts["segments"].kind == "several groups of facts"
    assert facts["objective"].choices == ("awareness", "more sales", "leads")
    assert facts["tags"].kind == "any of a list"
    assert facts["size"].kind == "a whole number"


def test_windows_are_said_with_their_last_day() -> None:
    until = date(2020, 2, 1)
    assert consequences.in_force(Window()) == "without limit in time"
    assert consequences.in_force(Window(until=until)) == "up to and including 31 January 2020"


def test_provisions_are_written_out_and_ordered_as_numbers() -> None:
    assert provision("art 26(3)") == "Article 26(3)"
    assert provision("title") == "title"
    for written in (f"{kind} 312" for kind in PROVISIONS):
        assert abbreviated(written) == abbreviated(provision(written)) == written
    assert sorted(["art 10", "art 9", "art 9(2)"], key=natural) == ["art 9", "art 9(2)", "art 10"]


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https:", False),
        ("//example.org", False),
        ("http://[", False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str, *, is_link: bool) -> None:
    assert (web_address(url) is not None) is is_link


def test_a_place_without_a_name_keeps_its_code() -> None:
    assert place("ZZ-1") == "ZZ-1"


def test_labels_are_told_apart() -> None:
    assert labels.is_question("to whom the ads were shown")
    assert not labels.is_question("to be shown")
    assert labels.is_plural("the ages") is True
    assert labels.is_plural("address") is False
    assert labels.denied("says nothing") == "it is not the case that says nothing"
    assert labels.denied("data that are old") == "it is not the case that data that are old"


@pytest.mark.parametrize(
    "label",
    [
        "every model was audited",
        "nobody was told",
        "some ads are shown at night",
        "the ads do not show prices",
        "the tracker may only be used with consent",
        "the page shows no price",
        "the minors or their parents have consented",
        "the ads are aimed at children and are shown at night",
        "something is flagged",
        "someone has approved the ads",
        "everyone was told",
        "a person reviews the texts",
        "two people have approved the ads",
        "at least one approval is on file",
        "the ads must carry a label",
        "the texts shall be kept",
        "the texts are kept and must be shown",
        "the ads run until someone stops them",
        "the ads are shown because people searched for it",
        "the ads are chosen by the page, not by who looks at it",
        "it is inferred from what people do, rather than stated by them",
    ],
)
def test_a_statement_is_denied_as_a_whole_where_its_verb_alone_would_say_else(label: str) -> None:
    assert labels.denied(label) == f"it is not the case that {label}"


def test_a_statement_of_one_verb_is_denied_with_it() -> None:
    assert labels.denied("the ads are open to all genders") == "the ads are not open to all genders"
    assert labels.denied("it carries a label or a logo") == "it does not carry a label or a logo"
    assert labels.denied("the text can be read") == "the text cannot be read"
    assert labels.denied("the ad names a person") == "the ad does not name a person"


def test_every_shipped_rule_has_its_law_its_prose_and_examples() -> None:
    made = shipped()
    assert len(made.rules) >= 22
    for each in made.rules:
        assert each.sentence.words.startswith(("A duty is owed if", "An ad ", "As an exception, "))
        assert each.authorities
        assert all(cited.url for cited in each.authorities)
        assert each.examples
        assert each.facts


def test_every_shipped_test_is_an_example_once_at_least() -> None:
    titles = {each.title for rule in shipped().rules for each in rule.examples}
    titles |= {each.title for chapter in shipped().chapters for each in chapter.examples}
    cases = load_bundle(shipped_directory()).cases
    assert titles == {case.title for case in cases}


def test_a_heading_of_what_is_no_fact_is_its_value() -> None:
    text = rule("r", "prohibit when campaign.tags includes any of SENSITIVE")
    made = bundle(f"policy p\n{text}end policy")
    found = made.policies.rules[0].main.condition
    assert isinstance(found, ComparisonCondition)
    odd = replace(found, left=found.right[0], comparator=Comparator.EMPTY, right=())
    words = Writer(policies=made.policies).condition(odd).text
    assert words == "nothing is listed under the sensitive subjects"


def test_periods_are_told_by_their_days() -> None:
    """The core has no word for them: a node that says `overlaps` is no sentence."""
    made, node = condition("campaign.size is at least 1")
    assert isinstance(node, ComparisonCondition)
    with pytest.raises(AssertionError):
        Writer(policies=made.policies).condition(replace(node, comparator=Comparator.OVERLAPS))


@pytest.mark.parametrize(
    ("aggregate", "read"),
    [
        ("count of campaign.segments", set()),
        ("sum of (s.size for each s in campaign.segments)", {"size"}),
        ("sum of (s.size for each s in campaign.segments where s.consent)", {"size", "consent"}),
    ],
)
def test_what_an_aggregate_reads_is_read_by_the_rule(aggregate: str, read: set[str]) -> None:
    (made,) = bundle(rules(f"prohibit when {aggregate} exceeds 5")).policies.rules
    found = {"campaign.segments", *(f"campaign.segments.{each}" for each in read)}
    assert set(paths_read(made, "campaign")) == found


WAIVED = (
    f"policy p {rule('r', 'prohibit when campaign.political')} end policy\n"
    'waiver w of p/r for campaign.id is "c-1" in force from 2026-01-01 until 2026-03-01\n'
    'approved by "A. Jansen" as "DPO" on 2025-12-29 '
    'ticket "LEG-1" reason "Reviewed by hand." end waiver\n'
    'test "let pass" on 2026-01-01 given campaign.id is "c-1" expect waived by w end test\n'
)


def test_a_rule_names_its_waivers_and_who_answers_for_them() -> None:
    (entry,) = handbook(bundle(WAIVED)).rules
    (waiver,) = entry.waivers
    assert waiver.condition.text.endswith("is “c-1”.")
    assert (waiver.name, waiver.in_force) == (
        "w",
        "from 1 January 2026 up to and including 28 February 2026",
    )
    assert (waiver.approver, waiver.role, waiver.approved, waiver.ticket, waiver.reason) == (
        *("A. Jansen", "DPO", "29 December 2025"),
        *("LEG-1", "Reviewed by hand."),
    )


def test_a_test_of_a_waiver_is_an_example_of_its_rule() -> None:
    (entry,) = handbook(bundle(WAIVED)).rules
    assert [(each.title, each.result) for each in entry.examples] == [("let pass", "waived")]


def test_the_coverage_matrix_leads_from_every_provision_to_its_rules_and_tests() -> None:
    made = shipped()
    cited = {
        (instrument.name, provision.provision, rule.id)
        for instrument in made.instruments
        for provision in instrument.provisions
        for rule in provision.rules
    }
    rows = {
        (each.name, row.provision, row.rule.id): row for each in made.coverage for row in each.rows
    }
    assert rows.keys() == cited
    minors = rows["DSA", "Article 28(2)", "minors/no_profiled_ads"]
    examples = next(rule for rule in made.rules if rule.id == "minors/no_profiled_ads").examples
    counted = (minors.denied, minors.open, minors.warned, minors.allowed)
    assert sum(counted) == len(examples)
    assert minors.denied
    assert minors.open


def test_the_coverage_matrix_counts_each_outcome() -> None:
    made = shipped()
    rows = [row for each in made.coverage for row in each.rows]
    for name in ("denied", "warned", "open", "allowed"):
        assert any(getattr(row, name) for row in rows)
