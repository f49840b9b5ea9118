"""Records like real ones, a real SQLite file, and a clock that the test owns."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

from engine.audit.record import DecisionRecord
from engine.storage.database import Database
from engine.storage.log_store import SQLLogStore
from engine.storage.migrate import migrate

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"

MakeRecord: TypeAlias = Callable[..., DecisionRecord]

settings.register_profile(
    "audit", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("audit")


@dataclass(slots=True)
class Clock:
    """A clock that stands still until the test moves it."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def _make_record(
    *, number: int | None = None, actor: str = "pipeline", **changes: Any
) -> DecisionRecord:
    decision_id = str(uuid.uuid4() if number is None else uuid.UUID(int=number))
    result: dict[str, Any] = {
        "id": decision_id,
        "decision": "deny",
        "conclusive": True,
        "campaign": "cmp-7",
        "policy_set": {"name": "acme", "version": "2026.10", "digest": "d" * 64},
        "engine": {"name": "assent", "version": "0.1.0"},
        "as_of": "2026-10-05T12:00:00Z",
        "rules": [
            {"rule": "privacy/minors", "status": "violated"},
            {"rule": "privacy/consent", "status": "satisfied"},
            {"rule": "bias/housing", "status": "undetermined"},
        ],
        "message": "ages 13 to 17, in Köln are targeted",
    }
    decided_at = changes.pop("decided_at", NOON)
    content = changes.pop("input", json.dumps({"campaign": {"id": "cmp-7"}}).encode())
    return DecisionRecord(
        decision_id=decision_id,
        decided_at=decided_at,
        input=content,
        result=result | changes,
        actor=actor,
    )


@pytest.fixture
def make_record() -> MakeRecord:
    return _make_record


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/assent.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    migrate(url)
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, clock: Clock) -> SQLLogStore:
    return SQLLogStore(database, clock=clock)


@pytest.fixture
def vectors() -> Path:
    if not VECTORS.is_dir():
        pytest.skip("the public test vectors are not beside this checkout (../shared/vectors)")
    return VECTORS
