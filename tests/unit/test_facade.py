"""The façade: what an embedder meets, and nothing else leaving it."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import pytest

from engine.evaluation.decision import Effect
from engine.evaluation.document import document
from engine.facade import (
    BundleError,
    CampaignError,
    Engine,
    EngineError,
    bundle_from_files,
    load_bundle,
)
from engine.version import __version__
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, court, rule

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENGINE = Engine(court(rule("prohibit when campaign.flag")))


class Adrift(tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "adrift"

    def dst(self, _: datetime | None) -> timedelta | None:
        return None


def test_a_descriptor_and_its_campaign_are_decided_alike() -> None:
    descriptor = {**CAMPAIGN, "flag": True}
    one = ENGINE.decide(descriptor, as_of=NOW)
    assert one.effect is Effect.DENY
    assert ENGINE.decide(ENGINE.read(descriptor), as_of=NOW) == one


@pytest.mark.parametrize("flag", [True, False])
def test_a_summary_is_the_document_without_the_list_of_all_rules(*, flag: bool) -> None:
    made = ENGINE.decide({**CAMPAIGN, "flag": flag}, as_of=NOW)
    whole = document(made, id="1", identity=ENGINE.identity)
    assert len(whole.pop("rules")) == 1  # type: ignore[arg-type] # It is a list.
    # The members are in the same order: it is for people.
    assert list(ENGINE.summarise(made, id="1").items()) == list(whole.items())


def test_the_identity_names_the_policies_and_the_engine() -> None:
    identity, bundle = ENGINE.identity, ENGINE.bundle
    assert (identity.name, identity.engine) == ("court", __version__)
    assert (identity.version, identity.digest) == (bundle.version, bundle.digest)


@pytest.mark.parametrize(
    "as_of",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 - what is refused.
        datetime(2026, 1, 1, tzinfo=Adrift()),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=11))),
    ],
)
def test_an_instant_has_an_offset_and_a_day_in_utc(as_of: datetime) -> None:
    with pytest.raises(ValueError, match="as_of"):
        ENGINE.decide(CAMPAIGN, as_of=as_of)


@pytest.mark.parametrize(
    "as_of",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)],
)
def test_the_first_and_the_last_instant_are_instants(as_of: datetime) -> None:
    assert ENGINE.decide({**CAMPAIGN, "flag": False}, as_of=as_of).effect is Effect.ALLOW


def test_a_malformed_descriptor_is_refused_with_every_fault() -> None:
    with pytest.raises(CampaignError) as caught:
        ENGINE.decide({"markets": ["XX"], "amount": "1"}, as_of=NOW)
    assert [fault.pointer for fault in caught.value.faults] == ["/markets/0", "/amount"]
    assert str(caught.value).startswith("/markets/0: `XX` is not a country or region\n/amount: ")


def test_a_fault_of_the_whole_is_shown_at_the_root() -> None:
    with pytest.raises(CampaignError, match=r"^/: this should be an object, and is a list$"):
        ENGINE.read([])


def test_a_flight_that_would_end_beyond_the_calendar_is_refused_at_the_flight() -> None:
    with pytest.raises(CampaignError, match="year 9999") as caught:
        ENGINE.decide(CAMPAIGN, as_of=NOW, as_if_launched=date.max)
    assert [fault.pointer for fault in caught.value.faults] == ["/flight"]


def test_a_campaign_that_another_bundle_has_read_is_refused() -> None:
    # Facts are found by their place: a vocabulary in another order would be misread in silence.
    other = Engine(court(rule("prohibit when campaign.other")))
    with pytest.raises(ValueError, match="another bundle"):
        ENGINE.decide(other.read({**CAMPAIGN, "flag": True}), as_of=NOW)


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        [[[]]],
        {1: 2},
        {"markets": [[["DE"]]]},
        {"markets": {"DE"}},
        {"id": b"c"},
        {"items": [{"parts": [[]]}]},
        {"amount": complex(1, 1)},
        {"amount": 10**5000},
        {10**5000: 1},
        {"id": "\ud83d"},
        {"\ud83d": 1},
        {"flight": {"start": "9999-99-99"}},
        {"moment": "2026-01-01T00:00:00+99:99"},
        {"price": {"amount": "9" * 10_000, "currency": "EUR"}},
        {"tongue": "de-" + "x" * 100_000},
        {"colour": "r" * 100_000},
    ],
    ids=lambda _: "hostile",
)
def test_whatever_is_submitted_only_a_campaign_error_leaves(hostile: Any) -> None:
    with pytest.raises(CampaignError) as caught:
        ENGINE.decide(hostile, as_of=NOW)
    assert len(str(caught.value)) < 1000


# --- bundles -----------------------------------------------------------------------------------


def test_a_bundle_is_named_after_its_directory_unless_it_is_given_a_name(tmp_path: Path) -> None:
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "v.policy").write_text(VOCABULARY)
    assert load_bundle(directory).name == "rules"
    assert load_bundle(str(directory / "..") + "/rules/", name="ours").name == "ours"
    assert load_bundle(directory).digest == load_bundle(directory, name="ours").digest


def test_a_directory_that_cannot_be_read_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="this is not a directory"):
        load_bundle(tmp_path / "missing")


def test_policies_with_faults_are_refused_with_everything_that_is_wrong() -> None:
    files = {"v.policy": VOCABULARY, "p.policy": "set A of nothing is {x} end set\n"}
    with pytest.raises(BundleError) as caught:
        bundle_from_files(files, name="b")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["E0308"]
    assert caught.value.files is files
    assert "p.policy:1:10" in str(caught.value)


@pytest.mark.parametrize("files", [{}, {"a.json": "{}"}])
def test_a_bundle_without_policies_says_so(files: dict[str, str]) -> None:
    with pytest.raises(BundleError, match=r"there is no `\.policy` file in this bundle"):
        bundle_from_files(files, name="b")


def test_texts_that_utf8_cannot_write_are_hashed_all_the_same() -> None:
    files = {"v.policy": VOCABULARY, "x.json": '"\ud83d"'}
    assert bundle_from_files(files, name="b").digest.startswith("sha256:")


def test_policies_without_a_rule_decide_nothing() -> None:
    empty = bundle_from_files({"v.policy": VOCABULARY}, name="empty")
    with pytest.raises(EngineError, match="empty: they hold no rule, and would allow everything"):
        Engine(empty)
