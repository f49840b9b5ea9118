"""What whoever verifies a log trusts, as the command line names it: keys, a head, witnesses."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from api.cli.failures import Failure
from engine.audit.checkpoints.checkpoint import open_checkpoint
from engine.audit.checkpoints.cosignature import NOT_WITNESSED, Witnessed, WitnessKey, WitnessPolicy
from engine.audit.checkpoints.note import NOTE_LIMIT, NoteError, VerifierKey
from engine.audit.checkpoints.timestamp import Authority, TimestampError
from engine.audit.merkle.tree import HASH_SIZE, SIZE_LIMIT, TreeHead
from engine.audit.verification.verify_log import AttestationRequirements
from engine.source.quoting import excerpt

_HEAD = re.compile(r"(?P<size>\d{1,19}):(?P<root>\S+)", re.ASCII)

_K = TypeVar("_K", VerifierKey, WitnessKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The log's keys, a head from elsewhere with the checkpoint that it was read from, witnesses.

    Whatever was not given is empty, or None.
    """

    keys: tuple[VerifierKey, ...]
    head: TreeHead | None = None
    checkpoint: bytes | None = None
    policy: WitnessPolicy | None = None
    authority: Authority | None = None

    @property
    def demands(self) -> AttestationRequirements:
        """What strangers must have vouched for."""
        return AttestationRequirements(policy=self.policy, authority=self.authority)

    def need_key(self, what: str) -> None:
        """Raise `Failure` where something signed is verified and nobody said whose it is."""
        if not self.keys:
            raise Failure(what, "it is signed", "give the log's public key as `--vkey`")

    def witnessed(self, what: str) -> Witnessed:
        """Return who cosigned the trusted checkpoint: for an export, which has none of its own.

        Raises `Failure` where witnesses were given, and no checkpoint that they could have
        cosigned.
        """
        if self.policy is None:
            return NOT_WITNESSED
        if self.checkpoint is None:
            advice = "give a cosigned checkpoint as `--trusted`"
            raise Failure(what, "nobody can have cosigned it, for it has no checkpoint", advice)
        return self.policy.review(self.checkpoint)


def authority_of(file: Path | None) -> Authority | None:
    """Return the authority whose certificates a file has. Raises `BadParameter`."""
    try:
        return Authority.read(text_of(file).encode()) if file is not None else None
    except TimestampError as error:
        raise click.BadParameter(str(error), param_hint="--tsa-certificate") from error


def trust_of(
    keys: Sequence[VerifierKey],
    trusted: str | None,
    witnesses: Sequence[WitnessKey],
    quorum: int | None,
) -> Trust:
    """Return what the options say. Raises `BadParameter` and `Failure`."""
    head, checkpoint = _trusted(trusted, keys) if trusted is not None else (None, None)
    return Trust(
        keys=tuple(keys),
        head=head,
        checkpoint=checkpoint,
        policy=_policy(witnesses, quorum),
    )


class _KeysType(click.ParamType[tuple[_K, ...]]):
    """Public keys: the text of one, or a file with one on each line."""

    name = "vkey"

    def __init__(self, kind: type[_K], meaning: str) -> None:
        self._kind: type[_K] = kind
        self._meaning = meaning

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[_K, ...]:
        """Return the keys."""
        text = str(value)
        try:
            if "+" not in text or Path(text).is_file():
                text = text_of(Path(text))
            return tuple(self._kind.read(line) for line in text.split())
        except NoteError as error:
            shown = excerpt(str(value))
            self.fail(f"{shown} is no public key of a {self._meaning}: {error}", param, ctx)


LOG_KEYS = _KeysType(VerifierKey, "log")
"""The type of `--vkey`."""

WITNESS_KEYS = _KeysType(WitnessKey, "witness")
"""The type of `--witness`."""


def text_of(file: Path) -> str:
    """Return the text of a file, as far as any key or checkpoint goes."""
    with file.open("rb") as opened:
        return opened.read(NOTE_LIMIT).decode(errors="replace")


def _policy(witnesses: Sequence[WitnessKey], quorum: int | None) -> WitnessPolicy | None:
    if not witnesses and quorum is None:
        return None
    if not witnesses:
        message = "it counts witnesses, and none is given; name them with --witness"
        raise click.BadParameter(message, param_hint="--quorum")
    try:
        return WitnessPolicy(witnesses=tuple(witnesses), quorum=quorum or len(witnesses))
    except NoteError as error:
        raise click.BadParameter(str(error), param_hint="--witness/--quorum") from error


def _trusted(text: str, keys: Sequence[VerifierKey]) -> tuple[TreeHead, bytes | None]:
    """Return the head that a text is, or the one that the checkpoint in a file signs, with that."""
    found = _HEAD.fullmatch(text)
    root = _root(found["root"]) if found else None
    if found is not None and root is not None and int(found["size"]) < SIZE_LIMIT:
        return TreeHead(size=int(found["size"]), root=root), None
    if not Path(text).is_file():
        shown = excerpt(text)
        message = f"{shown} is no head; write 1204: and its root in base64, or name a checkpoint"
        raise click.BadParameter(message, param_hint="--trusted")
    Trust(keys=tuple(keys)).need_key(text)
    note = text_of(Path(text)).encode()
    try:
        return open_checkpoint(note, keys).head, note
    except NoteError as error:
        raise Failure(text, str(error), "name a checkpoint that the log has signed") from error


def _root(text: str) -> bytes | None:
    try:
        is_hexadecimal = len(text) == 2 * HASH_SIZE
        root = bytes.fromhex(text) if is_hexadecimal else b64decode(text, validate=True)
    except (ValueError, Base64Error):
        return None
    return root if len(root) == HASH_SIZE else None
