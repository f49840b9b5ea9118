"""Waivers granted apart from the files: read by the same room, for those they are for, and kept."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine import (
    Bundle,
    Decision,
    Effect,
    Engine,
    bundle_from_files,
    document,
    explain,
)
from engine.bundle.grants import (
    NO_GRANTS,
    Approval,
    Grant,
    Grants,
    RecordedGrants,
    WaiverTerms,
    name_of,
    quoted,
    read_grant,
    written,
)

VOCABULARY = """vocabulary campaign "C"
  id         : text required "id"
  markets    : list of place required "markets"
  flight     : flight required "flight"
  advertiser : advertiser "who advertises"
  flag       : yes_no "a flag"
  record advertiser "who advertises"
    name : text "name of the advertiser"
  end record
  record flight "when it runs"
    start         : date "first day"
    end           : date "last day"
    until_stopped : yes_no "whether it has no end"
  end record
end vocabulary
instrument LAW "The law" "https://law.example"
"""
ENDS = 'message "no" remedy "mend it"'
RULES = f"""policy p "P"
  source LAW art 1
  in force from 2000-01-01
  rule r prohibit when campaign.flag enforcement overridable by "DPO" {ENDS}
  rule free prohibit when campaign.flag {ENDS}
  rule hard prohibit when campaign.flag enforcement mandatory {ENDS}
  rule soft prohibit when campaign.flag enforcement advisory {ENDS}
  rule duty oblige "tell" when campaign.flag due before launch
  rule leave permit when campaign.flag despite p/r
end policy
"""
TERMS = WaiverTerms(
    rule="p/r",
    campaign="c-1",
    advertiser=None,
    markets=(),
    start=date(2026, 1, 1),
    until=date(2026, 6, 1),
    ticket="LEG-991",
    reason="every ad is reviewed by hand",
)
APPROVAL = Approval(approver="A. Jansen", role="DPO", day=date(2025, 12, 20))
NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)


def bundle_of(*rules: str) -> Bundle:
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    text = f"{head}{''.join(rules)}end policy\n"
    return bundle_from_files({"v.policy": VOCABULARY, "p.policy": text}, name="court")


RULE = f'  rule r prohibit when campaign.flag enforcement overridable by "DPO" {ENDS}\n'


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return bundle_of(RULE)


def campaign(**facts: Any) -> dict[str, Any]:
    flight = {"start": "2026-02-01", "end": "2026-03-01"}
    return {"id": "c-1", "markets": ["DE", "FR"], "flight": flight, "flag": True, **facts}


def grant(terms: WaiverTerms = TERMS, name: str = "w1", approval: Approval = APPROVAL) -> Grant:
    text = written(name, terms, approval)
    return Grant(text=text, campaign=terms.campaign, advertiser=terms.advertiser)


def decided(bundle: Bundle, *grants: Grant, on: datetime = NOON, **facts: Any) -> Decision:
    return Engine(bundle).with_grants(Grants(grants)).decide(campaign(**facts), as_of=on)


def test_granted_waiver_is_told_as_one_of_the_files_is(bundle: Bundle) -> None:
    one = grant()
    files = {**bundle.files, "w.policy": one.text}
    own = Engine(bundle_from_files(files, name="court")).decide(campaign(), as_of=NOON)
    made = decided(bundle, one)
    assert made.grants == (one.text,)
    assert (made.effect, own.effect) == (Effect.ALLOW, Effect.ALLOW)
    identity = Engine(bundle).identity
    assert document(made, id="1", identity=identity) == document(own, id="1", identity=identity)
    assert "waiver    w1, from 2026-01-01 through 2026-05-31" in explain(made)


def test_text_is_in_the_canonical_layout() -> None:
    terms = replace(TERMS, advertiser='A "B" \\ C', markets=("DE", "FR"))
    assert written("w1", terms, APPROVAL) == (
        "waiver w1\n"
        "  of            p/r\n"
        '  for           campaign.id is "c-1" and campaign.advertiser.name is "A \\"B\\" \\\\ C"'
        " and market is one of {DE, FR}\n"
        "  in force from 2026-01-01 until 2026-06-01\n"
        '  approved by   "A. Jansen" as "DPO" on 2025-12-20\n'
        '  ticket        "LEG-991"\n'
        '  reason        "every ad is reviewed by hand"\n'
        "end waiver\n"
    )
    assert name_of(written("w1", terms)) == "w1"
    assert "approved by" not in written("w1", terms)
    assert quoted("\\") == '"\\\\"'


@pytest.mark.parametrize(
    ("terms", "facts", "effect"),
    [
        ({}, {"id": "c-2"}, Effect.DENY),
        ({"campaign": None, "advertiser": "Acme"}, {"advertiser": {"name": "Acme"}}, Effect.ALLOW),
        ({"campaign": None, "advertiser": "Acme"}, {"advertiser": {"name": "Other"}}, Effect.DENY),
        ({"campaign": None, "advertiser": "Acme"}, {}, Effect.DENY),
        ({"campaign": None, "advertiser": "Acme"}, {"advertiser": {}}, Effect.DENY),
        ({"advertiser": "Acme"}, {"advertiser": {"name": "Acme"}}, Effect.ALLOW),
        ({"advertiser": "Acme"}, {"advertiser": {"name": "Other"}}, Effect.DENY),
        ({"markets": ("DE", "FR")}, {}, Effect.ALLOW),
        ({"markets": ("DE",)}, {"markets": ["DE"]}, Effect.ALLOW),
    ],
)
def test_it_is_for_whom_it_names(
    bundle: Bundle, terms: dict[str, Any], facts: dict[str, Any], effect: Effect
) -> None:
    made = decided(bundle, grant(replace(TERMS, **terms)), **facts)
    assert made.effect is effect
    assert bool(made.grants) is (effect is Effect.ALLOW)


def test_it_is_for_the_markets_it_names(bundle: Bundle) -> None:
    made = decided(bundle, grant(replace(TERMS, markets=("DE",))))
    assert made.effect is Effect.DENY
    by_market = {each.market: each.verdict.effect for each in made.markets}
    assert by_market == {"DE": Effect.ALLOW, "FR": Effect.DENY}


def test_answer_holds_until_the_waiver_ends(bundle: Bundle) -> None:
    endless: dict[str, Any] = {"flight": {"start": "2026-01-01", "until_stopped": True}}
    until = date(2026, 6, 1)
    made = decided(bundle, grant(), **endless)
    assert (made.effect, made.valid_until) == (Effect.ALLOW, until)
    before = decided(bundle, grant(), on=datetime(2026, 5, 31, 23, 59, tzinfo=UTC), **endless)
    assert (before.effect, before.valid_until) == (Effect.ALLOW, until)
    after = decided(bundle, grant(), on=datetime(2026, 6, 1, tzinfo=UTC), **endless)
    assert (after.effect, after.valid_until) == (Effect.DENY, None)


def test_flight_that_outlasts_it_is_denied_and_says_so(bundle: Bundle) -> None:
    made = decided(bundle, grant(), flight={"start": "2026-05-20", "end": "2026-06-01"})
    assert made.effect is Effect.DENY
    assert "waiver w1 from 2026-01-01 through 2026-05-31" in explain(made)


def test_one_takes_over_where_another_ends(bundle: Bundle) -> None:
    later = grant(replace(TERMS, start=date(2026, 6, 1), until=date(2026, 9, 1)), "w2")
    made = decided(bundle, later, grant(), flight={"start": "2026-05-20", "end": "2026-06-10"})
    assert made.effect is Effect.ALLOW
    assert [each.name for each in made.waived[0].waivers] == ["w1", "w2"]


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "unknown": ({"rule": "p/rr"}, {}, "E0309"),
    "mandatory": ({"rule": "p/hard"}, {}, "E0541"),
    "role": ({}, {"role": "CEO"}, "E0542"),
    "advisory": ({"rule": "p/soft"}, {}, "E0543"),
    "duty": ({"rule": "p/duty"}, {}, "E0544"),
    "permission": ({"rule": "p/leave"}, {}, "E0544"),
    "reason": ({"reason": " "}, {}, "E0546"),
    "approved": ({}, {"day": date(2026, 1, 2)}, "E0547"),
    "order": ({"until": date(2025, 12, 31)}, {}, "E0504"),
    "no rule": ({"rule": "p"}, {}, "E0201"),
    "text": ({"ticket": "a\nb"}, {}, "E0102"),
    "market": ({"markets": ("XX",)}, {}, "E0305"),
}


@pytest.fixture(scope="module")
def full() -> Bundle:
    text = RULES.replace("  rule r prohibit", "  rule r subject to p/leave prohibit")
    return bundle_from_files({"v.policy": VOCABULARY, "p.policy": text}, name="court")


@pytest.mark.parametrize(("terms", "approval", "code"), FAULTS.values(), ids=FAULTS)
def test_what_the_policies_do_not_bear_has_no_effect(
    full: Bundle, terms: dict[str, Any], approval: dict[str, Any], code: str
) -> None:
    one = grant(replace(TERMS, **terms), approval=replace(APPROVAL, **approval))
    found, faults = read_grant(one.text, full.policies)
    assert found is None
    assert code in [each.code for each in faults]
    engine = Engine(full).with_grants(Grants([one]))
    assert engine.grant_faults(one.text) == faults
    assert engine.decide(campaign(), as_of=NOON).grants == ()


def test_rule_without_a_role_may_be_waived_in_any(full: Bundle) -> None:
    one = grant(replace(TERMS, rule="p/free"), approval=replace(APPROVAL, role="Head of Sales"))
    assert Engine(full).grant_faults(one.text) == ()


def test_name_that_policies_gave_is_taken(bundle: Bundle) -> None:
    files = {**bundle.files, "w.policy": grant().text}
    engine = Engine(bundle_from_files(files, name="court"))
    (fault,) = engine.grant_faults(grant().text)
    assert (fault.code, fault.headline) == ("E0310", "waiver `w1` is declared twice")


@pytest.mark.parametrize("text", ["", grant().text * 2, VOCABULARY])
def test_text_of_something_else_is_refused(bundle: Bundle, text: str) -> None:
    with pytest.raises(ValueError, match="not that of one waiver"):
        read_grant(text, bundle.policies)


def test_broken_text_of_something_else_has_faults(bundle: Bundle) -> None:
    found, faults = read_grant("policy", bundle.policies)
    assert found is None
    assert faults


def test_engine_with_other_grants_is_another_of_the_same_bundle(bundle: Bundle) -> None:
    engine = Engine(bundle).with_grants(Grants([grant()]))
    bare = engine.with_grants(NO_GRANTS)
    assert bare.bundle is engine.bundle
    assert engine.decide(campaign(), as_of=NOON).effect is Effect.ALLOW
    assert bare.decide(campaign(), as_of=NOON).effect is Effect.DENY


def test_grant_for_nobody_is_for_nobody(bundle: Bundle) -> None:
    one = replace(grant(), campaign=None)
    assert not one.is_for(Engine(bundle).read(campaign()))
    assert decided(bundle, one).effect is Effect.DENY


def test_recorded_grants_are_those_of_the_decision(bundle: Bundle) -> None:
    made = decided(bundle, grant())
    again = Engine(bundle).with_grants(RecordedGrants(made.grants))
    assert again.decide(campaign(), as_of=NOON) == made
