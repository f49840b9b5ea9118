"""`engine.evaluation.prose`: how a decision reads, and what is cut with its count."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, bundle_from_files, explain
from engine.evaluation.prose import MOST_FACTS, MOST_FINDINGS, MOST_MISSING, MOST_RULES
from engine.source.layout import WIDTH, printable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Path(__file__).parent / "policies"

RULE = """
  rule r{number:02} "Rule {number}"
    source        HOUSE sec {number}
    in force from 2024-01-01
    require       {condition}
    severity      low
    enforcement   {enforcement}
    message       "Rule {number} is not kept."
    remedy        "Keep rule {number}."
"""


def engine(*conditions: str, enforcement: str = "mandatory") -> Engine:
    """Return an engine with the small vocabulary and a rule for each condition."""
    rules = "".join(
        RULE.format(number=n, condition=c, enforcement=enforcement)
        for n, c in enumerate(conditions, start=1)
    )
    text = f"""module many
instrument HOUSE "Rules of the house" "https://example.org/rules"
policy p "P"{rules}end policy
"""
    vocabulary = (HERE / "vocabulary.policy").read_text()
    return Engine(bundle_from_files({"v.policy": vocabulary, "p.policy": text}, name="many"))


def read(made: Engine, campaign: dict[str, Any], **terms: Any) -> str:
    shown = explain(made.decide(campaign, as_of=NOON), **terms)
    assert max(map(len, shown.splitlines())) <= WIDTH
    return shown


def test_the_headline_and_the_last_line_count_the_same(campaign: dict[str, Any]) -> None:
    silent = {name: value for name, value in campaign.items() if name != "consent"}
    advice = engine("campaign.approved", "campaign.consent", enforcement="advisory").bundle.files
    module, _, policy = advice["p.policy"].partition("policy p")
    denying = policy.replace("advisory", "mandatory")
    files = {**advice, "p.policy": f"{module}policy p{policy}\npolicy q{denying}"}
    shown = " ".join(read(Engine(bundle_from_files(files, name="many")), silent).split())
    assert "1 rule is violated (and 1 advisory), and 1 cannot be judged for want" in shown
    assert "1 violated (and 1 advisory), 1 undetermined (and 1 advisory)" in shown
    alone = " ".join(read(Engine(bundle_from_files(advice, name="many")), silent).split())
    assert "none violated (but 1 advisory), none undetermined (but 1 advisory)" in alone


def test_rules_beyond_a_number_are_named(campaign: dict[str, Any]) -> None:
    shown = read(engine(*["campaign.approved"] * (MOST_RULES + 2)), campaign)
    assert shown.count("✗ ") == MOST_RULES
    assert "and 2 more rules violated or undetermined: p/r21, p/r22\n" in shown
    assert shown.startswith(f"DENY  spring-1  {MOST_RULES + 2} rules are violated\n")


def test_undetermined_rules_are_counted_beside_violated_ones(campaign: dict[str, Any]) -> None:
    shown = read(engine("campaign.approved", "campaign.consent"), campaign)
    assert "  1 rule is violated, and 1 cannot be judged for want of facts\n" in shown
    assert "To be allowed, the campaign must also say\n" in shown
    assert "may do with one" not in shown


def test_a_missing_fact_is_asked_for_with_the_form_in_which_it_is_stated(
    campaign: dict[str, Any],
) -> None:
    shown = read(engine("campaign.consent", "campaign.budget is EUR 5"), {"id": campaign["id"]})
    assert "    as true or false\n" in shown
    assert '    as an amount: {"amount": "5000.00", "currency": "EUR"}\n' in shown
    assert '    as a list of codes: ["DE", "US-NY"]\n' in shown


def test_what_is_stated_and_cannot_be_judged_is_not_called_missing(
    campaign: dict[str, Any],
) -> None:
    every = "every ad in campaign.ads has (ad.labelled)"
    shown = read(engine(every), {**campaign, "ads": []})
    assert "but 1 fact cannot be judged as stated\n" in shown
    assert ", at /ads: the list is empty\n" in shown
    assert "  unjudged  " in shown
    assert "\nNot to be judged as stated: say it otherwise, or ask whose policies they are" in shown
    assert "the campaign must say" not in shown
    both = read(engine(every, "campaign.consent"), {**campaign, "ads": []})
    told = "but 1 fact is missing, and 1 cannot be judged as stated ?"
    assert told in " ".join(both.split())
    violated = read(engine(every, "campaign.approved"), {**campaign, "ads": []})
    assert "  1 rule is violated, and 1 cannot be judged\n" in violated


def test_advisory_rules_that_lack_a_fact_are_told_in_brief(campaign: dict[str, Any]) -> None:
    made = engine(*["campaign.consent"] * (MOST_RULES + 2), enforcement="advisory")
    shown = read(made, campaign)
    assert "\nNot judged: these rules advise, and lack a fact\n? Rule 1\n  p/r01: " in shown
    assert "\nand 2 more\n" in shown
    assert "To be allowed" not in shown
    assert shown.startswith("ALLOW  ")


def test_findings_beyond_a_number_are_counted(denied: dict[str, Any]) -> None:
    files = {path.name: path.read_text() for path in HERE.glob("*.policy")}
    made = Engine(bundle_from_files(files, name="small"))
    ads = [{"name": f"ad {n}", "generated": True, "labelled": False} for n in range(9)]
    shown = read(made, {**denied, "ads": ads})
    assert shown.count(" was made by AI, and does not say so.") == MOST_FINDINGS
    assert f"            and {9 - MOST_FINDINGS} more like it\n" in shown


def test_values_beyond_a_number_are_counted(campaign: dict[str, Any]) -> None:
    every = "every ad in campaign.ads has (ad.labelled)"
    ads = [{"name": f"ad {n}", "labelled": False} for n in range(MOST_FACTS + 2)]
    shown = read(engine(every), {**campaign, "ads": ads})
    assert "            and 2 more values\n" in shown
    shown = read(engine(every), {**campaign, "ads": ads * 20})
    assert f"            and {20 * len(ads) - MOST_FACTS} more values\n" in shown
    unsaid = [{"name": f"ad {n}"} for n in range(MOST_FACTS + 2)]
    shown = read(engine(every), {**campaign, "ads": unsaid})
    assert "            and 2 more facts\n" in shown


def test_missing_facts_beyond_a_number_are_counted(campaign: dict[str, Any]) -> None:
    unsaid = [{"name": f"ad {n}"} for n in range(MOST_MISSING + 3)]
    every = "every ad in campaign.ads has (ad.labelled)"
    shown = read(engine(every), {**campaign, "ads": unsaid})
    assert "\n  and 3 more facts\n" in shown
    assert "\n  a rule that asks for several may do with one: state what you know" in shown
    shown = read(engine(every), {**campaign, "ads": [{"name": f"ad {n}"} for n in range(60)]})
    assert "60 facts are wanted" in shown
    assert f"            and {60 - MOST_FACTS} more facts\n" in shown
    assert "\n  10 further facts are wanted, and told of once these are stated\n" in shown


def test_items_of_a_list_are_told_by_their_labels(campaign: dict[str, Any]) -> None:
    shown = read(engine("all of (a) campaign.approved; (b) campaign.age.min is 18"), campaign)
    assert "  value     (a) a second person has approved the spending: no\n" in shown


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("/a/b", "  at        /a/b\n  read as   /approved\n"),
        ("", "  at        the submitted record as a whole\n  read as   /approved\n"),
        (None, "  at        /approved\n"),
    ],
)
def test_values_are_pointed_at_where_they_were_submitted(
    campaign: dict[str, Any], source: str | None, told: str
) -> None:
    shown = read(engine("campaign.approved"), campaign, origin=lambda _: source)
    assert told in shown
    assert ("read as" in shown) is (source is not None)


def test_calculations_are_required_as_they_are_written(campaign: dict[str, Any]) -> None:
    shown = read(engine("campaign.age.min + 1 is at least 30"), campaign)
    assert "  required  campaign.age.min + 1 is at least 30\n" in shown


def test_a_moved_flight_is_told(campaign: dict[str, Any]) -> None:
    made = engine("campaign.approved")
    decision = made.decide(campaign, as_of=NOON, as_if_launched=date(2027, 2, 1))
    assert "\n      as if launched on 2027-02-01\n" in explain(decision)


def test_a_campaign_without_anything_reads_well() -> None:
    shown = read(engine("today is after 2020-01-01"), {})
    assert shown.startswith("DENY  no rule is shown to be violated, but 3 facts are missing\n")
    assert "  identifier of the campaign\n    at /id, always required\n" in shown
    assert shown.endswith("\n1 rule was judged as of 2026-11-23T12:00:00Z: 1 satisfied\n")


def test_the_last_line_counts_rules_that_only_advise_too(campaign: dict[str, Any]) -> None:
    shown = read(engine("today is after 2020-01-01", enforcement="advisory"), campaign)
    assert shown.endswith("\n1 rule was judged as of 2026-11-23T12:00:00Z: 1 satisfied\n")


def test_long_words_are_kept_whole() -> None:
    word = "x" * 200
    assert word in explain(engine("campaign.approved").decide({"id": word}, as_of=NOON))


def test_nothing_shown_commands_a_terminal() -> None:
    assert printable("früh\n") == "früh\n"
    assert printable("\x1b[31m\u202e") == "\\u001b[31m\\u202e"


def test_markets_that_differ_are_told(campaign: dict[str, Any]) -> None:
    files = {path.name: path.read_text() for path in HERE.glob("*.policy")}
    made = Engine(bundle_from_files(files, name="small"))
    shown = read(made, {**campaign, "age": {"min": 13}, "profiling": True})
    assert "\n      DE deny, US allow\n" in shown
    shown = read(made, {**campaign, "age": None, "profiling": True})
    assert "\n      DE deny for want of facts, US allow\n" in shown


def test_evidence_stands_beside_what_was_required(campaign: dict[str, Any]) -> None:
    plain = RULE.format(number=1, condition="campaign.approved", enforcement="mandatory")
    rule = plain + "    evidence      campaign.id\n"
    text = f"""module many
instrument HOUSE "Rules of the house" "https://example.org/rules"
policy p "P"{rule}end policy
"""
    vocabulary = (HERE / "vocabulary.policy").read_text()
    made = Engine(bundle_from_files({"v.policy": vocabulary, "p.policy": text}, name="many"))
    shown = read(made, campaign)
    assert "  value     identifier of the campaign: spring-1\n  at        /id\n" in shown


def test_long_rows_go_on_below_their_first_line(campaign: dict[str, Any]) -> None:
    condition = " and ".join(["campaign.approved"] * 9)
    shown = read(engine(condition), campaign)
    clause = shown.partition("  clause    ")[2].splitlines()
    assert clause[0].startswith("require campaign.approved and")
    assert clause[1].startswith("            campaign.approved")
    assert " ".join(line.strip() for line in clause).startswith(f"require {condition} in p.policy")
