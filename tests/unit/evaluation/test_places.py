"""Places in conditions and tables: a region is its country, and a country is in part its region."""

import pytest

from engine.evaluation.result import RuleResult, Status
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import court, hear, judged, rule, wanted

MARKETS = ("DE", "DE-BY", "DE-BE", "FR")
OUTCOMES = {"v": Status.VIOLATED, "s": Status.SATISFIED, "u": Status.UNDETERMINED}

TABLE = """
table dues unique
  given where : place, young : yes_no
  gives number
  case DE, yes        gives 1
  case "DE-BY", yes   gives 2
  case "FR-ARA", no   gives 3
  case NO, yes        gives 5
  case "NO-03", yes   gives 5
  otherwise           gives 4
end table
"""

ROUTES = """
table route unique
  given home : place, away : place
  gives number
  case DE, US             gives 1
  case "DE-BY", "US-CA"   gives 2
  case "DE-BE", US        gives 3
  case DE, "US-NY"        gives 4
  case "DE-HH", US        gives 1
  otherwise               gives 5
end table
"""

ACCENTS = """
table accent unique
  given tongue : language
  gives number
  case de        gives 1
  case "de-AT"   gives 2
  otherwise      gives 3
end table
"""

LONDON = """
table tube unique
  given where : place
  gives number
  case "GB-ENG" gives 1
  case "GB-LND" gives 2
  otherwise     gives 3
end table
"""
PERMIT = """
policy q "Q"
  source LAW art 1
  in force from 2000-01-01
  rule free
    applies in {"GB-ENG"}
    permit when campaign.flag
    despite p/r
end policy
"""


@pytest.mark.parametrize(
    ("condition", "outcomes"),
    [
        ("market is DE", "vvvs"),
        ("market is not DE", "sssv"),
        ('market is "DE-BY"', "uvss"),
        ('market is not "DE-BY"', "usvv"),
        ("market is one of {DE, NO}", "vvvs"),
        ('market is not one of {"DE-BY", NO}', "usvv"),
        ("campaign.markets includes DE", "vvvs"),
        ('campaign.markets includes "DE-BY"', "uvss"),
        ('campaign.markets includes any of {"DE-BY", FR}', "uvsv"),
        ("campaign.markets includes none of {DE}", "sssv"),
        ('campaign.markets includes all of {DE, "DE-BY"}', "uvss"),
        ("any area in campaign.markets has (area is DE)", "vvvs"),
        ('no area in campaign.markets has (area is one of {"DE-BY", FR})', "usvs"),
        ("campaign.places includes market", "vvss"),  # Bavaria, for each of the markets.
    ],
)
def test_a_place_is_compared_by_the_ground_it_covers(condition: str, outcomes: str) -> None:
    bundle = court(rule(f"prohibit when {condition}"))
    found = [hear(bundle, markets=[each], places=["DE-BY"]) for each in MARKETS]
    assert [each.results[0].status for each in found] == [OUTCOMES[each] for each in outcomes]


@pytest.mark.parametrize(
    ("condition", "outcomes"),
    [
        ("campaign.home is one of PARTS", "usv"),
        ("campaign.home is not one of PARTS", "uvs"),
        ("campaign.homes includes any of PARTS", "usv"),
        ("campaign.homes includes none of PARTS", "uvs"),
        ("any home in campaign.homes has (home is one of PARTS)", "usv"),
    ],
)
def test_of_a_country_too_a_region_is_a_part(condition: str, outcomes: str) -> None:
    parts = 'set PARTS of place "parts"\n  is {"DE-BY", FR}\nend set\n'
    vocabulary = VOCABULARY.replace(
        '  places  : list of place "places"\n',
        '  places  : list of place "places"\n  homes : list of country "homes"\n',
    )
    bundle = court(rule(f"prohibit when {condition}"), declared=parts, vocabulary=vocabulary)
    found = [hear(bundle, home=each, homes=[each]) for each in ("DE", "NO", "FR")]
    assert [each.results[0].status for each in found] == [OUTCOMES[each] for each in outcomes]


@pytest.mark.parametrize(
    ("clause", "outcomes"),
    [
        ('prohibit when market is "GB-ENG"', "uvvs"),
        ('prohibit when market is not "GB-ENG"', "ussv"),
        ('prohibit when market is "GB-LND"', "uuvs"),
        ('prohibit when campaign.markets includes all of {GB, "GB-ENG"}', "uvvs"),
        ("prohibit when tube(market) is 1", "uuss"),
        ("prohibit when tube(market) is 2", "uuvs"),
        ('applies in {"GB-ENG"}\n    prohibit when campaign.flag', "vvvn"),
        ('applies in {"GB-LND"}\n    prohibit when campaign.flag', "vvvn"),
        ("prohibit when campaign.flag\n    subject to q/free", "vxxv"),
    ],
)
def test_a_region_of_a_region_lies_in_both(clause: str, outcomes: str) -> None:
    bundle = court(rule(clause), declared=LONDON + (PERMIT if "subject" in clause else ""))
    found = [hear(bundle, markets=[m], flag=True) for m in ("GB", "GB-ENG", "GB-LND", "GB-SCT")]
    named = {**OUTCOMES, "n": Status.NOT_APPLICABLE, "x": Status.EXCEPTED}
    by_id = [{each.rule.id: each.status for each in one.results}["p/r"] for one in found]
    assert by_id == [named[each] for each in outcomes]


@pytest.mark.parametrize(
    ("condition", "outcomes"),
    [
        ("campaign.tongue is de", "vvs"),
        ("campaign.tongue is not de", "ssv"),
        ('campaign.tongue is "de-AT"', "uvs"),
        ('campaign.tongue is not one of {"de-AT", fr}', "usv"),
        ('campaign.tongue is one of {"zh-Hant"}', "ssv"),
        ('campaign.tongue is "zh-Hant-TW"', "ssv"),
        ("campaign.tongues includes de", "vvs"),
        ('campaign.tongues includes any of {"de-AT", fr}', "uvs"),
        ('campaign.tongues includes all of {de, "de-AT"}', "uvs"),
        ("campaign.tongues includes none of {de}", "ssv"),
        ('campaign.tongues includes none of {"de-AT"}', "usv"),
        ("accent(campaign.tongue) is 1", "uss"),
        ("accent(campaign.tongue) is 2", "uvs"),
    ],
)
def test_a_regional_form_of_a_language_is_the_language(condition: str, outcomes: str) -> None:
    bundle = court(rule(f"prohibit when {condition}"), declared=ACCENTS)
    found = [hear(bundle, tongue=each, tongues=[each]) for each in ("de", "de-AT", "zh-Hant-TW")]
    by_id = [{each.rule.id: each.status for each in one.results}["p/r"] for one in found]
    assert by_id == [OUTCOMES[each] for each in outcomes]
    if outcomes[0] == "u":
        assert "is only a part of de" in str(found[0].missing)


def test_what_holds_of_a_part_alone_is_unknown_and_says_of_which() -> None:
    result = judged('prohibit when market is one of {"DE-BY", "DE-BE"}', markets=["DE"])
    assert wanted(result) == [("campaign.markets[1]", "DE-BE is only a part of DE")]


def test_another_place_may_settle_what_is_unknown_of_one() -> None:
    condition = 'campaign.markets includes any of {"DE-BY", FR}'
    assert judged(f"prohibit when {condition}", markets=["DE", "FR"]).status is Status.VIOLATED
    both = 'campaign.markets includes all of {"DE-BY", FR}'
    assert judged(f"prohibit when {both}", markets=["DE", "NO"]).status is Status.SATISFIED
    regions = 'campaign.markets includes all of {"DE-BY", "FR-ARA"}'
    result = judged(f"prohibit when {regions}", markets=["DE", "DE-BY", "FR"])
    assert {why for _, why in wanted(result)} == {"FR-ARA is only a part of FR"}


@pytest.mark.parametrize(
    ("market", "young", "given"),
    [
        *(("DE-BY", True, 2), ("DE-BE", True, 1), ("DE-BY", False, 4), ("DE", False, 4)),
        *(("NO", True, 5), ("NO-46", True, 5), ("FR", True, 4), ("SE", True, 4)),
    ],
)
def test_a_case_for_a_country_is_meant_for_its_regions(
    market: str, given: int, *, young: bool
) -> None:
    result = looked_up(f"dues(market, campaign.flag) is {given}", market, flag=young)
    assert result.status is Status.VIOLATED


@pytest.mark.parametrize(
    ("market", "young", "part"), [("FR", False, "FR-ARA"), ("DE", True, "DE-BY")]
)
def test_another_case_for_a_part_of_a_place_leaves_the_whole_unknown(
    market: str, part: str, *, young: bool
) -> None:
    """Whoever advertises in all of a country is not held to less than in a region of it."""
    result = looked_up("dues(market, campaign.flag) is 4", market, flag=young)
    assert result.status is Status.UNDETERMINED
    why = f"the table has a case for {part}, which is only a part of {market}"
    assert ("campaign.markets[1]", why) in wanted(result)


def looked_up(condition: str, market: str, *, flag: bool) -> RuleResult:
    bundle = court(rule(f"prohibit when {condition}"), declared=TABLE)
    return hear(bundle, markets=[market], flag=flag).results[0]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        *(("DE-BW", "US", "NY"), ("DE", "US", "BY"), ("DE", "US-CA", "BY"), ("DE", "US-TX", "BE")),
        *(("DE-BE", "US-NY", "both"), ("DE-HH", "US-CA", ""), ("DE-HH", "US-NY", "both")),
        *(("DE-BW", "US-CA", ""), ("FR", "US", "")),
    ],
)
def test_two_places_may_each_be_a_part(start: str, end: str, why: str) -> None:
    """What is given for parts of both counts, and of two cases that are each nearer by one none."""
    gives = 5 if start == "FR" else 1
    condition = f"any area in campaign.places has (route(market, area) is {gives})"
    bundle = court(rule(f"prohibit when {condition}"), declared=ROUTES)
    result = hear(bundle, markets=[start], places=[end]).results[0]
    assert result.status is (Status.UNDETERMINED if why else Status.VIOLATED)
    told = {
        "NY": "the table has a case for US-NY, which is only a part of US",
        "BY": "the table has a case for DE-BY, which is only a part of DE",
        "BE": "the table has a case for DE-BE, which is only a part of DE",
        "both": f"the table has a case for {start}, one for {end}, none for both",
    }
    assert {each for _, each in wanted(result)} == ({told[why]} if why else set())


@pytest.mark.parametrize(
    ("cases", "given"),
    [
        (("any, DE gives 10", 'DE, "DE-BY" gives 20'), {"DE-BY DE-BY": 20, "DE DE-BY": 20}),
        (('any, "DE-BY" gives 20', "DE, DE gives 10"), {"DE-BY DE-BY": 20, "DE DE-BY": 20}),
        (("DE, any gives 10", '"DE-BY", DE gives 20'), {"DE-BY DE-BY": 20, "DE-BY DE": 20}),
        (("any, DE gives 10", 'DE, "DE-BY" gives 20'), {"DE-BE DE-BE": 10, "FR DE-BE": 10}),
    ],
)
def test_any_makes_a_case_neither_nearer_nor_farther(
    cases: tuple[str, ...], given: dict[str, int]
) -> None:
    for places, gives in given.items():
        start, end = places.split()
        assert looked_up_by_two(cases, start, end, gives).status is Status.VIOLATED


def test_the_order_of_the_inputs_does_not_decide_which_case_is_nearest() -> None:
    """One case gives the same as the nearest, and another is farther than that."""
    cases = ('"US-CA", GB gives 1', 'US, "GB-LND" gives 1', 'US, "GB-ENG" gives 2')
    assert looked_up_by_two(cases, "US-CA", "GB-LND", 1).status is Status.VIOLATED
    turned = ('GB, "US-CA" gives 1', '"GB-LND", US gives 1', '"GB-ENG", US gives 2')
    assert looked_up_by_two(turned, "GB-LND", "US-CA", 1).status is Status.VIOLATED


def test_of_cases_that_are_each_nearer_than_the_next_none_is_nearest() -> None:
    lines = ('any, DE, "FR-IDF" gives 1', '"US-CA", any, FR gives 2', 'US, "DE-BY", any gives 3')
    table = "".join(f"  case {line}\n" for line in lines)
    declared = (
        'table ring unique "ring"\n  given a : place, b : place, c : place\n  gives number\n'
        f"{table}  otherwise gives 9\nend table\n"
    )
    condition = "any area in campaign.places has (ring(area, market, campaign.home) is 1)"
    result = hear(
        court(rule(f"prohibit when {condition}"), declared=declared),
        markets=["DE-BY"],
        places=["US-CA"],
        home="FR",
    ).results[0]
    assert result.status is Status.UNDETERMINED


def looked_up_by_two(cases: tuple[str, ...], start: str, end: str, gives: int) -> RuleResult:
    lines = "".join(f"  case {case}\n" for case in cases)
    head = 'table way unique "way"\n  given start_in : place, end_in : place\n  gives number\n'
    declared = f"{head}{lines}  otherwise gives 9\nend table\n"
    condition = f"any area in campaign.places has (way(market, area) is {gives})"
    bundle = court(rule(f"prohibit when {condition}"), declared=declared)
    return hear(bundle, markets=[start], places=[end]).results[0]
