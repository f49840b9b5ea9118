"""Setting up: the database, the first keys, what signs the log, and the first policies.

The policies of the directory that the settings name become the first version of the policy set,
approved and in force by the administrator, whom the log names. From then on policies change by
`assent push` and a second pair of eyes; the directory is read no more.

Running it again changes nothing. Keys are shown once, here, and are stored as hashes only: what is
lost is replaced by another key, which has to be asked for by name (`make_key`).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from api.examination.examination import examine_here
from api.examples import write_examples
from api.installation.set_names import SET_NAME_ADVICE, is_set_name
from engine.audit.checkpoints.signing import LogForked
from engine.audit.entries.acts import Transition
from engine.bundle.load import UnreadableError, read_directory
from engine.source.quoting import excerpt
from engine.storage.databases.database import Database, shown_url, sqlite_file
from engine.storage.errors import Conflict, NotFound
from engine.storage.governance.changes import WrongState
from engine.storage.governance.policies import policy_version
from engine.storage.governance.policy_set_rows import SetVersion
from engine.storage.governance.policy_sets import CheckReport, PolicySets
from engine.storage.governance.standing_fact_rows import seal_facts
from engine.storage.keys import ApiKeys, NewApiKey, Role
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.migrate import Schema, current_revision, migrate, schema_of
from engine.storage.readiness import probe
from engine.storage.sealed.contents import Contents
from engine.storage.search.due_facets import derive_facets

from .contents import contents_of
from .settings import Settings
from .signing import begin_signing, confirm_signed, entries_signed

_ADMINISTRATOR = "administrator"
"""Whom the log names for what this does."""

FIRST_KEYS: tuple[tuple[str, tuple[Role, ...]], ...] = (
    (_ADMINISTRATOR, (Role.ADMIN,)),
    ("trial", (Role.SUBMITTER, Role.AUDITOR)),
)
"""The keys of a new installation, by name: one to administer it, and one to try it out."""


_OTHER_PLACE = "set `data_directory` to another place"
_MAY_NOT = f"run as the user who may, or {_OTHER_PLACE}"

UNLIMITED = frozenset({Role.ADMIN, Role.MONITOR})
"""The roles that no policy set limits: what they are for is of all of them."""


class SetupError(Exception):
    """The place for the data cannot be prepared; the message says why."""


class Unfit(SetupError):  # noqa: N818 - the house names what happened; the base is an error.
    """What is there or asked for will not do, and `assent init` does not mend it."""


class UnfitPolicies(Unfit):
    """The policies that should be the first ones cannot decide, or cannot be read."""


class UnfitPlace(Unfit):
    """A directory or a file of the data can be neither made nor written."""


class UnfitKey(Unfit):
    """A key with these terms would be of no use, or of more than it should."""


class NotInstalled(Unfit):
    """A setting needs a library that is an extra, and is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What `initialise` did: the keys that it made, none where all was prepared before.

    `imported` is what the directory of policies became, None where there was a version before.
    `examples` are files with requests to try: one that is denied, then one that is allowed.
    """

    database_url: str
    imported: SetVersion | None
    keys: tuple[NewApiKey, ...]
    examples: tuple[Path, ...]

    @property
    def is_new(self) -> bool:
        """Whether this run prepared the installation."""
        return bool(self.keys)


def initialise(settings: Settings) -> Preparation:
    """Create the database, bring it to the current schema, make all keys and the examples.

    What is there already stays as it is. Raises `SetupError`, `SigningError`, `LogForked` and
    `StorageError`.
    """
    contents = contents_of(settings)
    database = Database(settings.database_url, contents=contents)
    examples = _make_directories(settings)
    try:
        _check_nothing_lost(settings, database)
        imported = _bring_up(settings, database, contents)
        made = _first_keys(ApiKeys(database))
    finally:
        database.close()
    return Preparation(
        database_url=shown_url(settings.database_url),
        imported=imported,
        keys=made,
        examples=examples,
    )


def revisions(settings: Settings) -> Schema:
    """Return how far the database is. Raises `SetupError` where none is prepared.

    Raises `StorageUnavailable`.
    """
    database = Database(settings.database_url)
    try:
        # To ask an SQLite file that is not there would make it.
        if not database.is_there():
            raise SetupError("there is no database to bring up to date; `assent init` prepares one")
        with database.reading() as connection:
            schema = schema_of(connection)
    finally:
        database.close()
    if schema.current is None:
        raise SetupError("there is no database to bring up to date; `assent init` prepares one")
    return schema


def upgrade(settings: Settings) -> Schema:
    """Bring a prepared database to the current schema; returns how far it was before.

    What later versions need besides is made, as `initialise` makes it. Raises as that does, and
    `SetupError` where nothing is prepared.
    """
    before = revisions(settings)
    contents = contents_of(settings)
    database = Database(settings.database_url, contents=contents)
    try:
        _bring_up(settings, database, contents)
    finally:
        database.close()
    return before


def _check_nothing_lost(settings: Settings, database: Database) -> None:
    """Raise `LogForked` where a log was signed and its database is not there, before one is made.

    It would stand in the way of the one that is put back.
    """
    if database.is_there():
        with database.reading() as connection:
            if current_revision(connection) is not None:
                return
    signed = entries_signed(settings, database)
    if signed:
        raise LogForked(f"{signed:,} entries were signed, and the database has none of them")


def _bring_up(settings: Settings, database: Database, contents: Contents) -> SetVersion | None:
    migrate(database)
    begin_sealing(database, contents)
    seal_facts(database, contents)
    derive_facets(database)
    begin_signing(settings, database)
    database.known.confirm = partial(confirm_signed, settings, database)
    imported = _import_policies(settings, database)
    ApiKeys(database).adopt(actor=_ADMINISTRATOR)
    return imported


def make_key(  # noqa: PLR0913 - one for each thing that a key has.
    settings: Settings,
    *,
    actor: str = "cli",
    name: str,
    roles: Iterable[Role],
    expires_at: datetime | None = None,
    principal: str | None = None,
    policy_sets: Iterable[str] | None = None,
    may_grant: Iterable[str] = (),
) -> NewApiKey:
    """Make another key, as an entry of the log says. `actor` is who makes it.

    Raises what `keys_of` and `ApiKeys.create` do, among it `Conflict` where a key that is not
    revoked has the name. Raises `UnfitKey` for a key that would have ended before it is made, for a
    limit to policy sets of one that administers or watches the service, and for roles of policies
    in which one grants waivers that is no approver.
    """
    named, limits = frozenset(roles), None if policy_sets is None else frozenset(policy_sets)
    granting = frozenset(may_grant)
    if expires_at is not None and expires_at <= datetime.now(UTC):
        past = f"{expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        raise UnfitKey(f"the key would have expired at {past}; name an instant to come")
    _check_limits(named, limits)
    if granting and Role.APPROVER not in named:
        raise UnfitKey("waivers are granted by approvers: give the key the role `approver` too")
    if not all(each.strip() and each.isprintable() for each in granting):
        raise UnfitKey("a role that grants waivers is named as rules name it, on one line")
    with keys_of(settings) as keys:
        return keys.create(
            actor=actor,
            name=name,
            roles=named,
            expires_at=expires_at,
            principal=principal,
            policy_sets=limits,
            may_grant=granting,
        )


@contextmanager
def keys_of(settings: Settings) -> Iterator[ApiKeys]:
    """Give the keys of an installation: none is made or ended where the log is not the signed one.

    Raises `SetupError` where nothing is prepared, and `StorageUnavailable`.
    """
    database = Database(settings.database_url)
    database.known.confirm = partial(confirm_signed, settings, database)
    try:
        # To ask an SQLite file that is not there would make it.
        if not database.is_there():
            raise SetupError("there is no database, and so there are no keys")
        found = probe(database)
        if found.is_reachable and not found.is_current:
            raise SetupError(found.problem or "the database is of another version")
        yield ApiKeys(database)
    finally:
        database.close()


def _check_limits(roles: frozenset[Role], policy_sets: frozenset[str] | None) -> None:
    whole = sorted(roles & UNLIMITED)
    if policy_sets is not None and whole:
        why = "the service that it runs or watches is one"
        raise UnfitKey(f"a key with the role `{whole[0]}` has no policy sets of its own: {why}")
    for name in policy_sets or ():
        if not is_set_name(name):
            raise UnfitKey(f"the name of a policy set is {SET_NAME_ADVICE}: {excerpt(name)}")


def _import_policies(settings: Settings, database: Database) -> SetVersion | None:
    """Make the policies of the directory the first version of the set, unless there is one."""
    sets, name = PolicySets(database), settings.policy_set
    with suppress(NotFound):
        sets.timeline(name)
        return None
    try:
        files = read_directory(settings.policies)
    except UnreadableError as error:
        raise UnfitPolicies(f"the policies cannot be read: {error}") from error
    # Their tests are for `assent test`, and for every version that comes after this one.
    found = examine_here(files, name=name, day=datetime.now(UTC).date(), runs_tests=False)
    if found.obstacle is not None:
        why = f"{found.obstacle}; `assent check {settings.policies}` says more"
        raise UnfitPolicies(f"the policies in {settings.policies} cannot decide: {why}")
    finding = CheckReport(report=msgspec.json.encode(found.document), is_sound=True)
    with suppress(WrongState):  # Another process prepares the same installation.
        version, _ = sets.add(
            name,
            policy_version(name, files),
            finding,
            actor=_ADMINISTRATOR,
            transition=Transition.IMPORT,
        )
        return version
    return None


def _first_keys(keys: ApiKeys) -> tuple[NewApiKey, ...]:
    if keys.all():
        return ()
    try:
        return tuple(
            keys.create(name=name, roles=roles, actor=_ADMINISTRATOR) for name, roles in FIRST_KEYS
        )
    except Conflict:  # Another process prepares the same installation, and shows its keys.
        return ()


def _make_directories(settings: Settings) -> tuple[Path, ...]:
    files = map(sqlite_file, (settings.database_url, settings.content_keys_url))
    directories = [file.parent for file in files if file is not None]
    with _told("made"):
        settings.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in directories:
            directory.mkdir(parents=True, exist_ok=True)
    for directory in (settings.data_directory, *directories):
        if not os.access(directory, os.W_OK | os.X_OK):
            raise UnfitPlace(f"{directory} is there and cannot be written; {_MAY_NOT}")
    with _told("written"):
        return write_examples(settings.data_directory / "examples")


@contextmanager
def _told(deed: str) -> Iterator[None]:
    """Turn a failure of the file system into `UnfitPlace`, which says where, why and what to do."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "the system does not say why").lower()
        advice = _MAY_NOT if isinstance(error, PermissionError) else _OTHER_PLACE
        raise UnfitPlace(f"{error.filename} cannot be {deed}: {reason}; {advice}") from error
