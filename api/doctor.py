"""Health checks of an installation: everything that keeps it from serving, or soon may.

Read-only. A check that depends on a failed one is skipped: fix that first.
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from engine.audit.errors import LogError
from engine.bundle.bundle import short_digest
from engine.storage.databases.database import Database, shown_url, sqlite_file
from engine.storage.errors import NotFound, StorageError, StorageUnavailable
from engine.storage.governance.standing_fact_rows import facts_in_clear
from engine.storage.keys import ApiKeys, Role
from engine.storage.lifecycle.cleaning import is_clean
from engine.storage.log.anchor import KeyFile
from engine.storage.log.log_store import SQLLogStore
from engine.storage.readiness import probe
from engine.storage.sealed.key_destruction import keys_left
from engine.storage.server import ServerFacts, server_facts

from .installation.address import try_address
from .installation.contents import open_database, problem_of
from .installation.prepared import policies_of
from .installation.settings import MEBIBYTE, Settings
from .installation.setup import SetupError
from .installation.signing import (
    SigningError,
    check_origin,
    confirm_signed,
    entries_signed,
    signer_of,
)
from .installation.stamping import authority_of
from .tracing.exporting import check_tracing

POOL = 32
"""The connections that one process may have."""

_LEAST_FREE = 100 * MEBIBYTE
_GOOD_FREE = 1024 * MEBIBYTE
_LEAST_FILES = 100
_GOOD_FILES = 10_000
_CLOCK_SKEW = timedelta(seconds=2)
_SOON = timedelta(days=30)
_SIGNED = "put back the database that was signed"
_TO_REACH = "start it, and check `database_url` and who may connect"
_TO_WRITE = "name a server that writes, a user who may do so, and a disk that has room"


class Status(StrEnum):
    """How a check came out: only `FAIL` keeps the service from being trusted to serve."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found, and what to do about it; None where there is nothing to do."""

    check: str
    status: Status
    found: str
    advice: str | None = None


def examine(settings: Settings, now: Callable[[], datetime]) -> tuple[Finding, ...]:
    """Return what is found, in the order in which it is best mended."""
    return tuple(_examined(settings, now))


def _examined(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    threads = f"with {settings.threads} threads"
    many = f"{settings.workers} processes {threads} each"
    processes = f"1 process {threads}" if settings.workers == 1 else many
    yield _ok("settings", f"all are known and can be read; {processes}")
    yield from _directory(settings)
    if settings.data_directory.is_dir():
        yield from _files(settings)
    yield _stamping(settings)
    if settings.otlp_endpoint is not None:
        yield _tracing(settings)
    yield _port(settings)
    database = open_database(settings)
    try:
        reached = _database(settings, database)
        yield reached
        if reached.status is Status.FAIL:
            return
        yield from _log(settings, database, now())
        yield from _keys(database, now())
        yield _policies(settings, database)
    finally:
        database.close()


# --- what lies in files -----------------------------------------------------------------------


def _directory(settings: Settings) -> Iterator[Finding]:
    directory = settings.data_directory
    if not directory.is_dir():
        advice = "`assent init` makes it"
        yield _fail("data directory", f"there is none at {directory}", advice)
        return
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        advice = "run as the user who owns it, or give that user the right to write"
        yield _fail("data directory", f"{directory} cannot be written", advice)
    elif directory.stat().st_mode & stat.S_IWOTH:
        yield _warn(
            "data directory", f"anyone may write in {directory}", f"`chmod o-w {directory}`"
        )
    else:
        yield _ok("data directory", str(directory))
    yield _space(directory)
    yield _inodes(directory)


def _space(directory: Path) -> Finding:
    free = shutil.disk_usage(directory).free
    found = f"{free // MEBIBYTE:,} MiB are free at {directory}"
    advice = "make room: where the disk is full, no decision is given"
    if free < _LEAST_FREE:
        return _fail("disk space", found, advice)
    return _warn("disk space", found, advice) if free < _GOOD_FREE else _ok("disk space", found)


def _inodes(directory: Path) -> Finding:
    disk = os.statvfs(directory)
    if not disk.f_files:
        return _ok("disk files", f"as many as there is space for at {directory}")
    found = f"{disk.f_favail:,} more files can be made at {directory}"
    advice = "remove files: where none can be made, nothing is signed, and no service starts"
    if disk.f_favail < _LEAST_FILES:
        return _fail("disk files", found, advice)
    return (
        _warn("disk files", found, advice)
        if disk.f_favail < _GOOD_FILES
        else _ok("disk files", found)
    )


def _files(settings: Settings) -> Iterator[Finding]:
    yield _signing_keys(settings)
    yield _secrecy("content key", [settings.content_key])
    databases = map(sqlite_file, (settings.database_url, settings.content_keys_url))
    yield _secrecy("database files", [file for file in databases if file is not None])
    anchor, file = settings.log_anchor, sqlite_file(settings.database_url)
    if file is not None and file.exists() and anchor.exists() and _device(anchor) == _device(file):
        advice = "set `log_anchor` to another disk, which the same accident does not take back"
        yield _warn("place of the anchor", "it is on the disk of the database", advice)


def _signing_keys(settings: Settings) -> Finding:
    try:
        ring = KeyFile(settings.log_key).read()
        check_origin(settings, ring)
    except (NotFound, StorageError, SigningError) as error:
        problem, _, advice = str(error).partition("; ")
        is_lost = not settings.log_key.exists() and settings.log_anchor.exists()
        if is_lost or not advice:
            advice = "put it back from your backup"
        return _fail("signing keys", problem, advice)
    return _ok("signing keys", f"{len(ring.verifiers)} of the log `{ring.origin}`")


def _secrecy(check: str, files: Iterable[Path]) -> Finding:
    """Return whether others can read files; those that are not there are another check's."""
    present = [file for file in files if file.exists()]
    for file in present:
        way = file.parent.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)
        if way and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            kind = _fail if check == "content key" else _warn
            return kind(check, f"others may read {file}", f"`chmod 600 {file}`")
    return _ok(
        check, "only their owner may read them" if present else "none of them is a file here"
    )


def _device(path: Path) -> int:
    return path.stat().st_dev


def _stamping(settings: Settings) -> Finding:
    try:
        authority = authority_of(settings)
    except SigningError as error:
        return _fail("time stamps", str(error), "correct `log_tsa` and `log_tsa_certificates`")
    return _ok("time stamps", "certificates are read" if authority else "none are asked for")


def _tracing(settings: Settings) -> Finding:
    try:
        check_tracing(settings)
    except SetupError as error:
        return _fail("spans", str(error), "or leave `otlp_endpoint` out")
    return _ok("spans", f"are sent to {settings.otlp_endpoint}")


# --- what lies around -------------------------------------------------------------------------


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}, port {settings.port}"
    try:
        try_address(settings.host, settings.port)
    except OSError as error:
        reason = (error.strerror or "cannot be used").lower()
        if error.errno == errno.EADDRINUSE:
            advice = "right where the service runs; else choose another `port`"
            return _warn("port", f"{place} is in use", advice)
        return _fail("port", f"{place}: {reason}", "choose another `host` or `port`")
    return _ok("port", f"{place} is free")


def _database(settings: Settings, database: Database) -> Finding:
    shown = shown_url(settings.database_url)
    if not database.is_there():
        advice = _SIGNED if entries_signed(settings, database) else "`assent init` prepares one"
        return _fail("database", f"there is none: {shown}", advice)
    found = probe(database)
    if not found.is_reachable or isinstance(found.error, StorageUnavailable):
        problem, _, advice = str(found.problem).partition("; ")
        advice = advice or (_TO_WRITE if found.is_reachable else _TO_REACH)
        return _fail("database", f"{problem}{_cause(found.error)}: {shown}", advice)
    if found.problem is not None:
        problem, _, advice = found.problem.partition("; ")
        if "`assent init`" in advice and entries_signed(settings, database):
            advice = _SIGNED
        return _fail("database", problem, advice or _SIGNED)
    return _ok("database", f"{shown}, with a log of size {found.size:,}")


# --- what lies in the database ----------------------------------------------------------------


def _log(settings: Settings, database: Database, now: datetime) -> Iterator[Finding]:
    facts = server_facts(database)
    if facts.settings:
        yield _server(settings, facts)
    yield _clock(facts, now)
    keys = sqlite_file(settings.content_keys_url)
    problem = "there is no key store" if keys is not None and not keys.is_file() else None
    problem = problem or problem_of(database)
    if problem is not None:
        yield _fail("contents", problem, "put back the key store and the content key of this log")
    else:
        yield _ok("contents", "they are sealed, and their keys are there")
        yield _erased(database)
        yield _facts(database)
        yield _writing(database)
    if _signing_keys(settings).status is Status.OK:
        yield _anchor(settings, database)


def _writing(database: Database) -> Finding:
    try:
        SQLLogStore(database).rehearse()
        if database.contents is not None:
            with database.contents.keys.database.writing():
                pass
    except StorageError as error:
        problem, _, advice = str(error).partition("; ")
        return _fail("writing", f"{problem}{_cause(error)}", advice or _TO_WRITE)
    return _ok("writing", "an entry could be written")


def _cause(error: BaseException | None) -> str:
    """Return what a driver or the system said, which no other message has: it is no secret here."""
    cause = None
    while error is not None and error.__cause__ is not None:
        error = cause = error.__cause__
    said = str(cause).strip().splitlines() if cause is not None else []
    return f" ({said[0]})" if said else ""


def _erased(database: Database) -> Finding:
    left = keys_left(database)
    if left:
        found = f"of what was erased, {left:,} {'key is' if left == 1 else 'keys are'} still there"
        return _warn("erased contents", found, "`assent contents settle` destroys them")
    if not is_clean(database):
        found = "what was erased is not out of the database's files"
        return _warn("erased contents", found, "`assent contents settle` cleans them")
    return _ok("erased contents", "none of their keys is left, and the files are clean of them")


def _facts(database: Database) -> Finding:
    in_clear = facts_in_clear(database)
    if in_clear:
        count = "1 version lies" if in_clear == 1 else f"{in_clear:,} versions lie"
        return _warn("standing facts", f"{count} in clear", "`assent init` seals them")
    return _ok("standing facts", "what they state is sealed")


def _server(settings: Settings, facts: ServerFacts) -> Finding:
    told = facts.settings
    if told["synchronous_standby_names"] and not facts.standbys:
        found = "each commit waits for a synchronous standby, and none is connected"
        advice = "start the standby; without it no decision is given, and none is lost"
        return _fail("PostgreSQL", found, advice)
    if told["full_page_writes"] == "off":
        found = (
            "it has `full_page_writes = off`: a power cut may tear pages, and lose what they had"
        )
        return _warn("PostgreSQL", found, "turn it on, unless the file system writes pages whole")
    most = int(told["max_connections"]) - int(told["superuser_reserved_connections"])
    wanted = settings.workers * POOL
    if wanted > most:
        found = f"{settings.workers} processes may want {wanted} connections; it has {most}"
        return _warn("PostgreSQL", found, "raise `max_connections`, or lower `workers`")
    return _ok("PostgreSQL", f"version {told['server_version']}, up to {most} connections")


def _clock(facts: ServerFacts, now: datetime) -> Finding:
    behind = facts.logged_at - now
    advice = "have the clock set by NTP (chrony, systemd-timesyncd)"
    if behind > _CLOCK_SKEW:
        found = f"the clock is {behind.total_seconds():,.0f} seconds behind what is logged"
        return _fail("clock", found, advice)
    if facts.clock is not None and abs(facts.clock - now) > _CLOCK_SKEW:
        found = f"it is {abs(facts.clock - now).total_seconds():,.0f} seconds off the database's"
        return _warn("clock", found, advice)
    return _ok("clock", f"{now.astimezone(UTC).isoformat(timespec='seconds')}, not before the log")


def _anchor(settings: Settings, database: Database) -> Finding:
    try:
        anchored = signer_of(settings, database).latest().head
        confirm_signed(settings, database)
    except (LogError, StorageError, SigningError) as error:
        problem, _, advice = str(error).partition("; ")
        return _fail("anchor", problem, advice or f"{_SIGNED}; `assent verify` says more")
    return _ok("anchor", f"{anchored.size:,} entries are signed, and are those of the log")


def _keys(database: Database, now: datetime) -> Iterator[Finding]:
    in_force = [key for key in ApiKeys(database).all() if key.is_in_force(now)]
    ending = [key.name for key in in_force if key.expires_at and key.expires_at - now < _SOON]
    if not any(Role.ADMIN in key.roles for key in in_force):
        advice = "`assent keys create administrator --role admin`"
        yield _warn("API keys", "none in force has the role `admin`", advice)
    elif ending:
        named = ", ".join(f"`{name}`" for name in sorted(ending)[:5])
        advice = "`assent keys create` makes their successors"
        yield _warn("API keys", f"{len(ending)} end within 30 days: {named}", advice)
    else:
        yield _ok("API keys", f"{len(in_force)} in force")


def _policies(settings: Settings, database: Database) -> Finding:
    try:
        deciding = policies_of(settings, database).identities()
    except (SetupError, StorageError) as error:
        return _fail(
            "policies", str(error), "`assent push` brings others, `assent check` says what is wrong"
        )
    named = ", ".join(f"`{each.name}` {short_digest(each.digest)}" for each in deciding)
    return _ok("policies", f"they decide: {named}")


def _ok(check: str, found: str) -> Finding:
    return Finding(check=check, status=Status.OK, found=found)


def _warn(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, status=Status.WARN, found=found, advice=advice)


def _fail(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, status=Status.FAIL, found=found, advice=advice)
