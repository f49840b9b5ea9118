"""Facts of which something is presumed where the campaign does not state them."""

from typing import Any

import pytest

from engine.bundle.bundle import build
from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import Status
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, judged, rule, seen


@pytest.mark.parametrize(
    ("clause", "facts", "status"),
    [
        ("prohibit when campaign.role is host", {}, Status.VIOLATED),
        ("prohibit when campaign.role is host", {"role": "guest"}, Status.SATISFIED),
        ("prohibit when campaign.minors", {}, Status.VIOLATED),
        ("prohibit when campaign.minors", {"minors": False}, Status.SATISFIED),
        ("require campaign.minors is no", {}, Status.VIOLATED),
        ("require campaign.lowest is at least 18", {"lowest": 18}, Status.SATISFIED),
        ("require campaign.lowest is at least 18", {}, Status.VIOLATED),
        ("require campaign.lowest * 2 is at least 18", {}, Status.VIOLATED),
        ("prohibit when campaign.role is not one of GUESTS", {}, Status.VIOLATED),
        ("prohibit when campaign.lowest is between 0 and 17", {}, Status.VIOLATED),
    ],
)
def test_what_is_presumed_counts_where_nothing_is_stated(
    clause: str, facts: dict[str, Any], status: Status
) -> None:
    declared = 'set GUESTS of text "guests"\n  is {"guest"}\nend set\n'
    if "GUESTS" in clause:
        clause = clause.replace("GUESTS", "{guest}")
        declared = ""
    assert hear(court(rule(clause), declared=declared), **facts).results[0].status is status


def test_an_exception_is_not_shown_by_what_is_presumed() -> None:
    clauses = ("prohibit when campaign.flag", 'unless "guest" campaign.role is guest')
    assert judged(*clauses, flag=True).status is Status.VIOLATED
    assert judged(*clauses, flag=True, role="guest").status is Status.EXCEPTED


def test_evidence_says_what_is_presumed() -> None:
    clauses = ("prohibit when campaign.minors", "evidence campaign.role")
    bundle = court(rule(*clauses, message="{campaign.role}, {campaign.lowest}"))
    decision = hear(bundle, lowest=3)
    (finding,) = decision.results[0].findings
    assert finding.message == "host, 3"
    assert seen(decision.results[0]) == [("/minors", "yes", "is no"), ("/role", "host", "")]
    found = document(decision, id="1", identity=IDENTITY)["findings"]
    assert isinstance(found, list)
    assert [fact["presumed"] for fact in found[0]["facts"]] == [True, True]
    assert "minors may see it: yes (presumed, not stated)" in explain(decision)
    stated = document(hear(bundle, minors=True, role="host"), id="1", identity=IDENTITY)["findings"]
    assert isinstance(stated, list)
    assert ["presumed" in fact for fact in stated[0]["facts"]] == [False, False]


SETS = """parameter grown_up : whole_number "age of majority"
  source LAW art 1
  from 2000-01-01 is 21
  from 2020-01-01 is 18
end parameter

parameter born : whole_number "age at birth"
  source LAW art 1
  from 2000-01-01 is -1
  from 2020-01-01 is 0
end parameter

define young "the ads are for the young"
  means campaign.lowest is less than 18 or campaign.minors
end define

set SOME of number "some numbers"
  from 2020-01-01 is {{0, 1}}
  from 2026-01-01 is {{{later}}}
end set
"""


@pytest.mark.parametrize(
    ("clause", "is_fine"),
    [
        ("prohibit when campaign.role is host", True),
        ("prohibit when campaign.role is guest", False),
        ("prohibit when not (campaign.role is guest)", True),
        ("prohibit when campaign.minors", True),
        ("prohibit when campaign.minors is no", False),
        ("require campaign.minors", False),
        ("require campaign.role is known", False),
        ("prohibit when campaign.role is unknown", False),
        ("prohibit when campaign.lowest is less than campaign.amount", False),
        ("prohibit when campaign.lowest + campaign.amount is less than 18", False),
        ("prohibit when campaign.amount is less than 18 and campaign.lowest is less than 5", True),
        ("prohibit when campaign.lowest / 0 is less than 5", False),
        ("prohibit when campaign.lowest is less than 5 / campaign.lowest", False),
        ("prohibit when campaign.lowest + 1 is less than 18", True),
        ("prohibit when campaign.lowest is one of SOME", True),
        ("prohibit when no item in campaign.items has (campaign.minors is no)", True),
        ("prohibit when no item in campaign.items has (campaign.minors)", False),
        ("prohibit when campaign.since is within 30 days before today", False),
        ("prohibit when campaign.since is before 2026-01-01", True),
        ("prohibit when campaign.since is before today", False),
        ("prohibit when campaign.fee is less than EUR 10", True),
        ("prohibit when campaign.fee is less than USD 10", False),
        ("prohibit when campaign.lowest is less than grown_up", True),
        ("prohibit when campaign.lowest is at most born", False),
        (
            "prohibit when sum of (i.amount + campaign.lowest for each i in campaign.items) is 3",
            False,
        ),
        ("prohibit when young", True),
        ("require young", False),
        ("require not young", True),
    ],
)
def test_leaving_out_what_is_presumed_never_helps(
    clause: str,
    is_fine: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    vocabulary = VOCABULARY.replace(
        '  note    : text "a note"\n',
        '  note    : text "a note"\n  since : date presumed 2020-01-01 "since when"\n'
        '  fee   : money presumed EUR 5 "fee"\n',
    )
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    policy = SETS.format(later="0, 2") + head + rule(clause) + "end policy\n"
    _, found = build("p", {"v.policy": vocabulary, "p.policy": policy})
    errors = [diagnostic.code for diagnostic in found if diagnostic.is_error]
    assert errors == ([] if is_fine else ["E0610"])


def test_each_edition_of_a_set_must_have_what_is_presumed() -> None:
    clause = "prohibit when campaign.lowest is one of SOME"
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    policy = SETS.format(later="1, 2") + head + rule(clause) + "end policy\n"
    _, found = build("p", {"v.policy": VOCABULARY, "p.policy": policy})
    assert "E0610" in [diagnostic.code for diagnostic in found]
