"""The public surface: few names, four lines to embed, and types as a user would use them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import assert_type

import pytest

import engine
from engine import (
    Bundle,
    BundleError,
    Campaign,
    CampaignError,
    CampaignFault,
    Decision,
    Diagnostic,
    Effect,
    Engine,
    EngineError,
    bundle_from_files,
    document,
    explain,
    load_bundle,
)
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
RULE = """policy p
  rule r
    source        LAW art 1
    in force from 2000-01-01
    prohibit when campaign.flag
    message       "no"
    remedy        "mend it"
end policy
"""
POLICIES = VOCABULARY + RULE
ALLOWED = {**CAMPAIGN, "flag": False}


def test_the_surface_has_at_most_sixteen_names_and_each_is_there() -> None:
    assert len(engine.__all__) <= 16
    assert list(engine.__all__) == sorted(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)


def test_what_is_public_is_documented() -> None:
    named = [getattr(engine, name) for name in engine.__all__ if name != "__version__"]
    assert all(thing.__doc__ for thing in named)


def test_embedding_takes_four_lines(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.policy").write_text(POLICIES)
    namespace = {"directory": tmp_path, "descriptor": ALLOWED, "datetime": datetime, "UTC": UTC}
    lines = (
        "from engine import Engine, explain, load_bundle",
        "engine = Engine(load_bundle(directory))",
        "decision = engine.decide(descriptor, as_of=datetime.now(UTC))",
        "text = explain(decision)",
    )
    exec("\n".join(lines), namespace)  # noqa: S102 - the four lines of the documentation.
    assert str(namespace["text"]).startswith("ALLOW")


def test_types_are_those_that_a_user_sees() -> None:
    bundle = bundle_from_files({"v.policy": POLICIES}, name="b")
    assert_type(bundle, Bundle)
    deciding = Engine(bundle)
    assert_type(deciding.bundle, Bundle)
    assert_type(deciding.read(CAMPAIGN), Campaign)
    decision = deciding.decide(ALLOWED, as_of=AS_OF, as_if_launched=date(2026, 2, 1))
    assert_type(decision, Decision)
    assert_type(decision.effect, Effect)
    assert_type(decision.as_of, datetime)
    assert_type(explain(decision), str)
    made = document(decision, id="1", identity=deciding.identity)
    assert_type(made, dict[str, object])
    assert made["decision"] == decision.effect.value == "allow"


def test_every_error_is_an_engine_error_and_carries_its_data() -> None:
    with pytest.raises(EngineError) as caught:
        load_bundle("there is no such directory")
    assert not isinstance(caught.value, BundleError | CampaignError)
    with pytest.raises(BundleError) as refused:
        bundle_from_files({"v.policy": "vocabulary"}, name="b")
    assert_type(refused.value.diagnostics, tuple[Diagnostic, ...])
    assert refused.value.diagnostics
    with pytest.raises(CampaignError) as malformed:
        Engine(bundle_from_files({"v.policy": POLICIES}, name="b")).read({"x": 1})
    assert_type(malformed.value.faults, tuple[CampaignFault, ...])
    assert [fault.pointer for fault in malformed.value.faults] == ["/x"]
