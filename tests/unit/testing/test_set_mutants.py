"""Mutants of declared sets: every member leaves in turn, wherever rules read it."""

from engine.bundle.bundle import Bundle, build
from engine.testing.mutation import try_mutants
from engine.testing.set_mutants import MOST_MEMBERS, PartlyTried, partly_tried
from tests.unit.evaluation.courtroom import rule
from tests.unit.testing.docket import case, docket, results


def tried(bundle: Bundle) -> dict[str, bool]:
    """Return, for each member that leaves a set, whether some test notices."""
    return {
        each.mutant.change: each.noticed_by is not None
        for each in try_mutants(bundle, results(bundle))
        if "leaves the set" in each.mutant.change
    }


def denied(title: str, *steps: str) -> str:
    return case(title, *steps, "expect deny by p/r", day="2025-02-01")


IN_FRANCE = "given campaign.markets is {FR}"


def test_a_member_that_a_place_of_application_lists_is_noticed_by_a_test_there() -> None:
    """California is no longer listed at the end of the flight, and is left out all the same."""
    text = rule("applies in UNION", "prohibit when campaign.flag")
    assert tried(docket(text, denied("france", IN_FRANCE), flag=True)) == {
        "`DE` leaves the set `UNION`": False,
        "`FR` leaves the set `UNION`": True,
        "`US-CA` leaves the set `UNION`": False,
    }


def test_a_member_is_left_out_of_conditions_and_definitions() -> None:
    declared = 'define warm "it is warm" means campaign.colour is one of WARM end define\n'
    text = rule("prohibit when warm")
    red = case("red", "given campaign.colour is red", "expect deny by p/r")
    blue = case("blue", "given campaign.colour is blue", "expect allow")
    change = "`red` leaves the set `WARM`"
    assert tried(docket(text, red, blue, declared=declared)) == {change: True}
    assert tried(docket(text, blue, declared=declared)) == {change: False}


def test_a_member_is_left_out_where_a_permission_applies() -> None:
    lifted = rule("prohibit when campaign.flag", "subject to p/free")
    free = rule("applies in UNION", "permit when campaign.other", "despite p/r", name="free")
    allowed = case("allowed", IN_FRANCE, "given campaign.other is yes", "expect allow")
    found = tried(docket(lifted, free, allowed, flag=True))
    assert found["`FR` leaves the set `UNION`"]
    assert not found["`DE` leaves the set `UNION`"]


def test_a_member_is_left_out_of_the_cells_of_a_table() -> None:
    declared = """table fee unique "what it costs"
      given place : place, grown : yes_no
      gives number
      case UNION, yes gives 4
      case {FR}, no gives 5
      otherwise gives 9
    end table
    """
    text = rule("prohibit when campaign.amount exceeds fee(market, campaign.other)")
    steps = (IN_FRANCE, "given campaign.amount is 5")
    yes = denied("grown", *steps, "given campaign.other is yes")
    no = case("not", *steps, "given campaign.other is no", "expect allow")
    assert tried(docket(text, yes, no, declared=declared)) == {
        "`DE` leaves the set `UNION`": False,
        "`FR` leaves the set `UNION`": True,
        "`US-CA` leaves the set `UNION`": False,
    }


def test_a_set_that_no_rule_reads_is_left_alone() -> None:
    assert tried(docket(rule("prohibit when campaign.flag"), case("t", "expect allow"))) == {}


def listed(count: int) -> Bundle:
    """Return a bundle with a set of so many numbers, which a file lists."""
    declared = 'set MANY of whole_number "many" is {1} end set\n'
    text = rule("prohibit when campaign.whole is one of MANY")
    deny = case("first", "given campaign.whole is 1001", "expect deny by p/r")
    files = dict(docket(text, deny, declared=declared, whole=1).files)
    files["p.policy"] = files["p.policy"].replace("is {1}", 'is column "n" of "many.csv"')
    rows = "".join(f"{1000 + n}\n" for n in range(1, count + 1))
    bundle, found = build("b", {**files, "many.csv": f"n\n{rows}"})
    assert bundle is not None, found
    return bundle


def test_each_member_that_a_file_lists_is_left_out_where_they_are_few() -> None:
    bundle = listed(MOST_MEMBERS)
    found = tried(bundle)
    assert len(found) == MOST_MEMBERS
    assert [change for change, is_noticed in found.items() if is_noticed] == [
        "`1001` leaves the set `MANY`"
    ]
    assert list(partly_tried(bundle.policies)) == []


def test_of_very_many_members_some_are_left_out_from_end_to_end_and_it_is_said() -> None:
    bundle = listed(3 * MOST_MEMBERS)
    found = tried(bundle)
    assert list(found)[:2] == ["`1001` leaves the set `MANY`", "`1004` leaves the set `MANY`"]
    assert len(found) == MOST_MEMBERS
    assert list(partly_tried(bundle.policies)) == [
        PartlyTried(name="MANY", tried=MOST_MEMBERS, members=3 * MOST_MEMBERS)
    ]


def test_the_mutants_of_a_set_stand_where_it_is_declared() -> None:
    bundle = docket(rule("applies in UNION", "prohibit when campaign.flag"))
    (place, *others) = {
        each.mutant.location
        for each in try_mutants(bundle, results(bundle))
        if each.mutant.name == "UNION"
    }
    assert others == []
    assert place.source == "vocabulary.policy"
