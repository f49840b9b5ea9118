"""Whose log it is: a database is signed by the keys of one installation."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from api.installation.contents import open_database
from api.installation.settings import Settings
from api.installation.setup import initialise, keys_of, make_key
from api.installation.signing import SigningError
from api.wsgi import start
from engine.audit.checkpoints.signing import LogForked
from engine.storage.errors import RevocationUntold
from engine.storage.keys import Role
from engine.storage.log.anchor import KeyFile
from engine.storage.log.log_key import bound_to
from engine.storage.schema import log_key
from tests.api.installation import install


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "a").mkdir()
    return install(tmp_path / "a", log_level="error").settings


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    (tmp_path / "b").mkdir()
    other = install(tmp_path / "b", log_level="error").settings
    start(other).close()  # Signs what was logged.
    return other


def signing_as(settings: Settings, other: Settings) -> Settings:
    return replace(settings, log_key=other.log_key, log_anchor=other.log_anchor)


def test_one_database_is_signed_by_one_installation(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """Else two keys would sign one log, and each installation trust an anchor of its own."""
    lost = replace(settings, log_key=tmp_path / "key", log_anchor=tmp_path / "checkpoint")
    told = r"the log in the database is signed by the keys of `.*`, which are not here; share the"
    with pytest.raises(SigningError, match=told):
        initialise(lost)
    assert not lost.log_key.exists()
    other = signing_as(settings, elsewhere)
    for attempt in (initialise, start):
        with pytest.raises(SigningError, match=r"which are not those of `.*`; share the files of"):
            attempt(other)
    with pytest.raises(SigningError, match="which are not those of"):
        make_key(other, name="pipeline", roles=[Role.SUBMITTER])
    with keys_of(other) as keys:
        (trial,) = (key for key in keys.all() if key.name == "trial")
        with pytest.raises(RevocationUntold, match="which are not those of"):  # A leak must end.
            keys.revoke(trial.prefix, actor="jo")


def test_a_log_of_before_is_bound_to_keys_that_signed_it(
    settings: Settings, elsewhere: Settings
) -> None:
    database = open_database(settings)
    with database.writing() as connection:
        connection.execute(delete(log_key))
    with pytest.raises(SigningError, match="`assent migrate` has it say so"):
        start(settings)
    with pytest.raises(LogForked, match="not those that were signed"):
        initialise(signing_as(settings, elsewhere))
    assert bound_to(database) is None
    initialise(settings)
    first = KeyFile(settings.log_key).read()
    assert bound_to(database) == str(first.verifiers[0])
    KeyFile(settings.log_key).change(lambda ring: ring.rotated(datetime(2099, 1, 1, tzinfo=UTC)))
    initialise(settings)
    database.close()
