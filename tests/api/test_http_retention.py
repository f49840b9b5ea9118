"""Retention beside the service: the schedule that it declares, and what is answered afterwards."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.installation.contents import open_database
from api.installation.settings import Settings
from api.wsgi import SERVICE, start
from engine.storage.databases.database import Database
from engine.storage.lifecycle.retention import Retention
from engine.storage.log.tile_log import TileLog
from tests.api.installation import FIRST, Caller, Installation, allowed, copied

LATER = datetime(2200, 1, 1, tzinfo=UTC)


@pytest.fixture
def installed(prepared: Installation, tmp_path: Path) -> Installation:
    return copied(prepared, tmp_path, log_level="error", retention='{default = "1 day"}')


@pytest.fixture
def database(installed: Installation) -> Iterator[Database]:
    opened = open_database(installed.settings)
    yield opened
    opened.close()


def served(settings: Settings) -> None:
    """Start the application and end it."""
    start(settings).close()


def test_the_schedule_is_declared_once_before_anything_is_decided(
    installed: Installation, database: Database
) -> None:
    served(installed.settings)
    served(installed.settings)
    *_, entry = TileLog(database).entries(size=TileLog(database).head().size)
    assert (entry.index, entry.disclosures[0].value) == (FIRST, SERVICE)
    assert json.loads(entry.leaf)["classes"] == [
        {"policy_set": None, "outcome": None, "period": "1 day"}
    ]


def test_what_was_erased_for_its_age_is_gone(installed: Installation, database: Database) -> None:
    process = start(installed.settings)
    api = Caller(app=cast(Flask, process.wsgi), installation=installed)
    decided = api.decide(allowed())
    schedule = installed.settings.retention
    assert schedule is not None
    retention = Retention(database, schedule, clock=lambda: LATER)
    assert retention.run(LATER.date(), actor="nightly").decisions == 1
    path = f"/v1/decisions/{decided['id']}"
    for method, role in (("GET", "auditor"), ("GET", "both")):
        answer = api.call(method, path, role=role)
        assert answer.status_code == 410
        assert json.loads(answer.data)["erasure"]["ground"] == "retention"
    replay = json.loads(api.call("POST", f"{path}/replay", role="auditor").data)
    assert replay["replay"] == "erased"
    assert replay["why"] == f"it was erased on the ground `retention`, as entry {FIRST + 2} says"
    process.close()


def test_nobody_asks_for_an_erasure_on_the_ground_of_age(installed: Installation) -> None:
    process = start(installed.settings)
    api = Caller(app=cast(Flask, process.wsgi), installation=installed)
    order = {"campaign": "c1", "ground": "retention"}
    answer = api.post(order, "/v1/erasures", role="admin")
    assert answer.status_code == 422
    assert b"`no-longer-needed`" in answer.data
    assert b"`retention`" not in answer.data.partition(b"and is")[0]
    process.close()
