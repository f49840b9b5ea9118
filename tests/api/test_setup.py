"""Preparing an installation: once, and then never again by accident."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from api.installation.contents import open_database
from api.installation.settings import Settings, load_settings
from api.installation.setup import SetupError, initialise, make_key
from api.server import serve
from api.wsgi import start
from engine.storage.errors import Conflict, StorageUnavailable
from engine.storage.keys import ApiKeys, Role


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"ASSENT_DATA_DIRECTORY": str(tmp_path / "a" / "b")})


def test_first_run_makes_the_database_and_two_keys(settings: Settings) -> None:
    made = initialise(settings)
    assert made.is_new
    assert made.database_url == settings.database_url
    assert {new.key.name: set(new.key.roles) for new in made.keys} == {
        "administrator": {Role.ADMIN},
        "trial": {Role.SUBMITTER, Role.AUDITOR},
    }
    database = open_database(settings)
    keys = ApiKeys(database)
    assert [keys.authenticate(new.token) is not None for new in made.keys] == [True, True]
    database.close()


def test_second_run_changes_nothing(settings: Settings) -> None:
    initialise(settings)
    again = initialise(settings)
    assert not again.is_new
    assert again.keys == ()


def test_another_key_is_made_when_asked_for(settings: Settings) -> None:
    initialise(settings)
    made = make_key(settings, name="pipeline", roles=[Role.SUBMITTER])
    assert made.key.roles == {Role.SUBMITTER}
    with pytest.raises(Conflict):
        make_key(settings, name="pipeline", roles=[Role.AUDITOR])


def test_two_that_prepare_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(settings)
    monkeypatch.setattr(ApiKeys, "all", lambda _self: [])
    assert initialise(settings).keys == ()


def test_place_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    chosen = load_settings({"ASSENT_DATA_DIRECTORY": str(tmp_path / "file" / "var")})
    with pytest.raises(SetupError, match="not a directory"):
        initialise(chosen)


def test_place_that_may_not_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.data_directory.mkdir(parents=True)
    # Whoever runs the tests may be the one user who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, _: path != settings.data_directory)
    with pytest.raises(SetupError) as caught:
        initialise(settings)
    told = str(caught.value)
    assert told.startswith(f"{settings.data_directory} is there and cannot be written; run as the ")
    assert list(settings.data_directory.iterdir()) == []


def test_database_that_is_none(settings: Settings) -> None:
    with pytest.raises(StorageUnavailable):
        initialise(replace(settings, database_url="mysql://x"))


def test_serving_needs_a_prepared_database(settings: Settings) -> None:
    with pytest.raises(SetupError, match="assent init"):
        serve(settings)
    settings.data_directory.mkdir(parents=True)
    with pytest.raises(SetupError, match="assent"):
        start(settings)


def test_preparing_needs_policies_without_errors(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not a directory"):
        initialise(replace(settings, policies=tmp_path / "none"))
    (tmp_path / "broken.policy").write_text("rule\n")
    with pytest.raises(SetupError, match="its check has"):
        initialise(replace(settings, policies=tmp_path))
    with pytest.raises(SetupError, match="no version of the policy set `assent` is in force"):
        start(settings)
