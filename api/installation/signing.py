"""The signer of the log, as the settings say: where its keys are, and where its anchor."""

import secrets
from collections.abc import Callable

from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.checkpoints.note import NoteError
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.errors import LogError
from engine.audit.instants import utc_now
from engine.audit.merkle.tree import EMPTY_TREE, Frontier
from engine.storage.databases.database import Database
from engine.storage.errors import StorageError
from engine.storage.log.anchor import AnchorFile, KeyFile
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
    is_anchored = anchor.read() is not None
    if not keys.exists():
        if is_anchored:
            raise SigningError(
                f"the keys that signed `{settings.log_anchor}` are gone; put them back as"
                f" `{settings.log_key}`"
            )
        _make_directories(settings)
        keys.create(_new_ring(settings.log_origin))
    elif not is_anchored and TileLog(database).head().size:
        raise SigningError(
            f"the anchored checkpoint is gone; put a copy of the last one back as"
            f" `{settings.log_anchor}`"
        )
    check_origin(settings, keys.read())
    if not is_anchored:
        signer_of(settings, database).begin()


def check_origin(settings: Settings, ring: KeyRing) -> None:
    """Raise `SigningError` where the settings name another origin than the keys."""
    if settings.log_origin not in ("", ring.origin):
        raise SigningError(
            f"the setting `log_origin` says `{settings.log_origin}`, and the keys sign as"
            f" `{ring.origin}`, which cannot be changed"
        )


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
