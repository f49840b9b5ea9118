"""The signer of the log, as the settings say: where its keys are, and where its anchor."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.checkpoints.note import NoteError
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.errors import LogError
from engine.audit.instants import utc_now
from engine.audit.merkle.tree import EMPTY_TREE, Frontier
from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, StorageError
from engine.storage.log.anchor import AnchorFile, KeyFile
from engine.storage.log.log_key import bind_keys, bound_to, check_keys
from engine.storage.log.tile_log import TileLog

from .settings import Settings


class SigningError(Exception):
    """The log cannot be signed as the settings say; the message says why."""


def signer_of(
    settings: Settings,
    database: Database,
    *,
    on_change: Callable[[Exception | None], None] = lambda _failure: None,
    appended: Callable[[], Frontier] = lambda: EMPTY_TREE,
) -> CheckpointSigner:
    """Return the signer of the log in a database.

    `appended` returns the log as this process has appended to it last; `on_change` is told what
    keeps the log from being signed, and None once it is signed again (`CheckpointSigner`).
    """
    return CheckpointSigner(
        TileLog(database),
        AnchorFile(settings.log_anchor),
        KeyFile(settings.log_key).read,
        clock=utc_now,
        on_change=on_change,
        appended=appended,
    )


def entries_signed(settings: Settings, database: Database) -> int:
    """Return of how many entries the anchor tells, which a new database lacks; 0 without one."""
    try:
        return signer_of(settings, database).latest().head.size
    except (LogError, StorageError):
        return 0


def begin_signing(settings: Settings, database: Database) -> None:
    """Make the keys of the log and its first checkpoint; where there are both, change nothing.

    Where only one is there, the other was lost. A checkpoint is made anew for an empty log alone,
    and keys never beside a checkpoint: what was signed before would no longer bind the log. Raises
    `SigningError`, `StorageError` and `LogForked`.
    """
    keys, anchor = KeyFile(settings.log_key), AnchorFile(settings.log_anchor)
    is_anchored, is_new = anchor.read() is not None, not keys.exists()
    if is_new and is_anchored:
        raise SigningError(
            f"the keys that signed `{settings.log_anchor}` are gone; put them back as"
            f" `{settings.log_key}`"
        )
    _check_bound(settings, database, None if is_new else keys.read())
    if not is_new and not is_anchored and TileLog(database).head().size:
        raise SigningError(
            f"the anchored checkpoint is gone; put a copy of the last one back as"
            f" `{settings.log_anchor}`"
        )
    if is_new:
        _make_directories(settings)
        keys.create(_new_ring(settings.log_origin))
    ring = keys.read()
    check_origin(settings, ring)
    if is_anchored and bound_to(database) is None:  # They may be those of another database.
        signer_of(settings, database).check()
    with _told(settings):
        bind_keys(database, ring)
    if not is_anchored:
        signer_of(settings, database).begin()


def check_origin(settings: Settings, ring: KeyRing) -> None:
    """Raise `SigningError` where the settings name another origin than the keys."""
    if settings.log_origin not in ("", ring.origin):
        raise SigningError(
            f"the setting `log_origin` says `{settings.log_origin}`, and the keys sign as"
            f" `{ring.origin}`, which cannot be changed"
        )


def check_signed_by(settings: Settings, database: Database, ring: KeyRing) -> None:
    """Raise `SigningError` unless the log in a database is signed by these keys.

    Raises `StorageUnavailable`.
    """
    if bound_to(database) is None:
        told = "the database does not say whose keys sign its log"
        raise SigningError(f"{told}; `assent migrate` has it say so")
    _check_bound(settings, database, ring)


def confirm_signed(settings: Settings, database: Database) -> None:
    """Raise unless a log is signed by the keys that are here, and is the one that was signed.

    Raises `SigningError`, `LogForked` and `StorageError`.
    """
    check_signed_by(settings, database, KeyFile(settings.log_key).read())
    signer_of(settings, database).check()


def _check_bound(settings: Settings, database: Database, ring: KeyRing | None) -> None:
    with _told(settings):
        check_keys(database, ring)


@contextmanager
def _told(settings: Settings) -> Iterator[None]:
    """Turn a log that is another's into `SigningError`, which says what to do."""
    try:
        yield
    except Conflict as error:
        raise SigningError(
            f"{error}; share the files of that installation, `{settings.log_key}` and"
            f" `{settings.log_anchor}`, or name another database (`database_url`)"
        ) from error


def reason_of(failure: Exception) -> str:
    """Return why the log is not signed, in words for its operator."""
    if isinstance(failure, LogError | StorageError):
        return f"the log is not signed: {failure}"
    return "the log is not signed: something is wrong with the service"


def _new_ring(origin: str) -> KeyRing:
    try:
        return KeyRing.generate(origin or f"assent.invalid/log/{secrets.token_hex(4)}")
    except NoteError as error:
        raise SigningError(f"the setting `log_origin` cannot be used: {error}") from error


def _make_directories(settings: Settings) -> None:
    try:
        for path in (settings.log_key, settings.log_anchor):
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise SigningError(f"the directory of the signing keys: {reason}") from error
