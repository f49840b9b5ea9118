"""Facets: what they are of a result, that searches find by them, and that they go with it."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.entries.acts import Ground
from engine.audit.entries.facets import LONGEST_VALUE
from engine.audit.entries.record import seal
from engine.storage.databases.database import Database
from engine.storage.errors import InvalidQuery
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.schema import log_entry, log_entry_facet
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from tests.audit.test_erasures import verified


def cited(status: str, *provisions: str) -> dict[str, Any]:
    named = (each.split(" ", 1) for each in provisions)
    sources = [{"instrument": instrument, "article": article} for instrument, article in named]
    return {"rule": "privacy/minors", "status": status, "sources": sources}


SAID: dict[str, Any] = {
    "advertiser": "Fjellsko AS",
    "markets": [{"market": "DE-BY"}, {"market": "FR"}],
    "platforms": ["meta", "X  Twitter"],
    "findings": [
        cited("violated", "GDPR art 9(2)(a)", "AIA annex 3 point 4(a)"),
        cited("undetermined", "GDPR art 9(1)"),
    ],
    "waived": [cited("waived", "DSA art 28(2)")],
    "upcoming": [cited("violated", "TTPA art 18(1)")],
}


def test_facets_of_a_result(make_record: Any) -> None:
    assert seal(make_record(**SAID)).facets == (
        "article undetermined gdpr art 9",
        "article undetermined gdpr art 9(1)",
        "article violated aia annex 3",
        "article violated aia annex 3 point 4",
        "article violated aia annex 3 point 4(a)",
        "article violated gdpr art 9",
        "article violated gdpr art 9(2)",
        "article violated gdpr art 9(2)(a)",
        "article waived dsa art 28",
        "article waived dsa art 28(2)",
        "market DE",
        "market DE-BY",
        "market FR",
        "platform meta",
        "platform x twitter",
        "policy undetermined bias",
        "policy violated privacy",
    )


def test_what_a_record_does_not_say_is_a_facet(make_record: Any) -> None:
    """As those of earlier versions, and of what the vocabulary marks as sensitive."""
    named = [each for each in seal(make_record()).facets if not each.startswith("policy ")]
    assert named == ["unsaid advertiser", "unsaid platforms"]
    none = seal(make_record(advertiser=None, platforms=[]))
    assert none.columns.advertiser is None
    assert not any(each.startswith("unsaid") for each in none.facets)


@pytest.fixture
def decisions(database: Database, make_record: Any) -> Decisions:
    """Seventy decisions: the first says all, the second nothing, and the others are French."""
    others = {"advertiser": "Acme", "markets": [{"market": "FR"}], "platforms": ["google"]}
    rest = [make_record(**others, rules=[]) for _ in range(68)]
    records = [make_record(number=1, **SAID), make_record(number=2), *rest]
    SQLLogStore(database).append([seal(each) for each in records])
    return Decisions(database)


FOUND: list[tuple[dict[str, Any], list[int]]] = [
    ({"policy": "privacy"}, [1, 0]),
    ({"policy": "bias", "rule_status": "undetermined"}, [1, 0]),
    ({"policy": "bias"}, []),
    ({"article": "GDPR art 9"}, [0]),
    ({"article": "gdpr  art 9(2)"}, [0]),
    ({"article": "GDPR art 9(1)"}, []),
    ({"article": "GDPR art 9(1)", "rule_status": "undetermined"}, [0]),
    ({"article": "DSA art 28", "rule_status": "waived"}, [0]),
    ({"article": "COPPA part 312"}, []),
    ({"market": "DE"}, [0]),
    ({"market": "DE-BY", "rule": "privacy/minors"}, [0]),
    ({"market": "DE", "platform": "META", "article": "AIA annex 3", "policy": "privacy"}, [0]),
    ({"market": "DE", "advertiser": "Fjellsko AS", "text": "nothing"}, []),
    ({"platform": "google", "policy_set": "acme", "as_of": 4}, [3, 2]),
    ({"market": "FR", "advertiser": "Fjellsko AS"}, [0]),
    ({"advertiser": "fjellsko as"}, []),
    ({"policy_version": "2026.10", "as_of": 2}, [1, 0]),
    ({"policy_set": "other"}, []),
]


def test_what_is_found(decisions: Decisions) -> None:
    for changes, expected in FOUND:
        filters = DecisionFilter(**changes)
        assert [each.index for each in decisions.page(filters).decisions] == expected, changes
        assert [each.index for each in decisions.matching(filters)] == expected[::-1], changes
        assert decisions.statistics(filters).decisions == len(expected), changes
    of_france = decisions.page(DecisionFilter(market="FR"), limit=60)
    rest = decisions.page(DecisionFilter(market="FR"), limit=60, cursor=of_france.next_cursor)
    assert [each.index for each in (*of_france.decisions, *rest.decisions)] == [
        *range(69, 1, -1),
        0,
    ]
    drawn = decisions.sample(DecisionFilter(market="DE", as_of=70), 5)
    assert [each.decision.index for each in drawn.decisions] == [0]


def test_decision_is_found_by_every_place_that_its_market_lies_in(
    database: Database, make_record: Any
) -> None:
    """London lies in England, and that in the United Kingdom."""
    markets = ["GB-LND", "GB-ENG"], ["GB-SCT"], ["GB"], ["GB-WSM", "FR"], ["FR-75C"]
    said = [[{"market": each} for each in one] for one in markets]
    SQLLogStore(database).append([seal(make_record(markets=one, rules=[])) for one in said])
    decisions = Decisions(database)
    for changes, expected in (
        ({"market": "GB"}, [3, 2, 1, 0]),
        ({"market": "GB-ENG"}, [3, 0]),  # Once, though it is for two places of it.
        ({"market": "GB-ENG", "campaign": "cmp-7", "as_of": 3}, [0]),
        ({"market": "GB-LND"}, [0]),
        ({"market": "FR-IDF"}, [4]),
        ({"market": "GB-WLS"}, []),
    ):
        filters = DecisionFilter(**changes)
        assert [each.index for each in decisions.page(filters).decisions] == expected, changes
        assert decisions.statistics(filters).decisions == len(expected), changes
        assert bool(decisions.unknown_names(filters)) == (not expected), changes
    assert decisions.sample(DecisionFilter(market="GB-ENG", as_of=5), 5).population == 2


def test_search_says_what_it_could_not_search(decisions: Decisions) -> None:
    for changes, before in (
        ({"advertiser": "Acme"}, 2),
        ({"platform": "meta"}, 2),
        ({"platform": "meta", "as_of": 1}, 0),
        ({"market": "DE"}, 0),
    ):
        assert decisions.page(DecisionFilter(**changes)).unsearched == before, changes
        assert decisions.unsearched(DecisionFilter(**changes)) == before, changes


def test_erased_decision_is_found_by_nothing(database: Database, decisions: Decisions) -> None:
    erased = decisions.page(DecisionFilter(market="DE")).decisions[0].columns.decision_id
    made = Erasures(database).erase(
        Selector.DECISION, erased, ground=Ground.OBJECTION, actor="counsel"
    )
    assert made.decisions == 1
    assert all(
        each.index != 0
        for changes, _ in FOUND
        if not {"policy_set", "policy_version"} & set(changes)
        for each in decisions.matching(DecisionFilter(**changes))
    )
    with database.reading() as connection:
        of_entry = sa.select(log_entry_facet).where(log_entry_facet.c.index == 0)
        assert connection.execute(of_entry).all() == []
        name = sa.select(log_entry.c.advertiser).where(log_entry.c.index == 0)
        assert connection.execute(name).scalar() is None
    assert verified(database) == 71


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"market": "de"}, "market", "and is `de`; did you mean `DE`?"),
        ({"market": "us_ca"}, "market", "did you mean `US-CA`?"),
        ({"market": "UK"}, "market", "did you mean `GB`?"),
        ({"market": "Germany"}, "market", "a code of ISO 3166"),
        ({"rule": "minors"}, "rule", "as `minors/no_profiled_ads`, and is `minors`"),
        ({"rule": "Privacy/minors"}, "rule", "did you mean `privacy/minors`?"),
        ({"policy_digest": "sha256:f01d6dee0619"}, "policy_digest", "for `f01d6dee0619` ask by"),
        ({"policy_digest": "acme"}, "policy_digest", "as a decision has it, and is `acme`"),
        ({"policy": "privacy/minors"}, "policy", "and not of a rule"),
        ({"policy": "Privacy"}, "policy", "did you mean `privacy`?"),
        ({"article": "GDPR"}, "article", "a provision such as `GDPR art 9(1)`"),
        ({"article": "GDPR Article 9(1)"}, "article", "did you mean `GDPR art 9(1)`?"),
        ({"article": "GDPR  article 9"}, "article", "did you mean `GDPR art 9`?"),
        ({"article": "CCPA section 7"}, "article", "did you mean `CCPA sec 7`?"),
        ({"article": "GDPR art 9", "rule_status": "excepted"}, "article", "does not say what"),
        ({"advertiser": "x" * (LONGEST_VALUE + 1)}, "advertiser", "1 to 512 characters"),
        ({"platform": " "}, "platform", "1 to 512 characters"),
    ],
)
def test_what_no_decision_can_be_found_by(changes: dict[str, str], name: str, words: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        DecisionFilter(**changes)  # type: ignore[arg-type] # All of these are texts.
    assert raised.value.name == name
    assert words in str(raised.value)


def test_long_values_do_not_keep_others_from_the_log(database: Database, make_record: Any) -> None:
    """No index of PostgreSQL holds them whole; what is kept is found by its beginning."""
    name = "".join(map(chr, range(0x4E00, 0x4E00 + 4000)))
    record = make_record(advertiser=name, platforms=[name])
    SQLLogStore(database).append([seal(record)])
    kept = name[:LONGEST_VALUE]
    decisions = Decisions(database)
    assert decisions.statistics(DecisionFilter(advertiser=kept, platform=kept)).decisions == 1
    assert verified(database) == 1
