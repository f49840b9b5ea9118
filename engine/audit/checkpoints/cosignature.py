"""Cosignatures: witnesses state that a checkpoint extends every one of the log that they saw.

C2SP tlog-cosignature v1.0.1, the Ed25519 kind. A cosignature is one more signature line under a
checkpoint, by a key of the kind 0x04. Its bytes are the time in seconds since 1970 (eight, the
most significant first) and the signature over `cosignature/v1`, `time <t>` and the checkpoint's
text, each line with its line feed. It says: at that time, this was the largest log of its origin
that the witness had seen, and it extended all before. Whoever asks for a quorum of witnesses cannot
be shown a log of their own, unless as many witnesses took part in that.

The kind 0x06 (ML-DSA-44) is not known here; its lines are passed over, as those of strangers are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ...source.quoting import series
from ..faults import VerificationFault, fault
from .note import (
    COSIGNATURE,
    Note,
    NoteError,
    PublicKey,
    read_note,
)

_TIME_SIZE = 8
_SIGNATURE_SIZE = 64
_TIME_LIMIT = 2**63


class WitnessKey(PublicKey):
    """The public key of a witness."""

    __slots__ = ()
    kind = COSIGNATURE

    def time_of(self, text: str, signature: bytes) -> int | None:
        """Return when this key cosigned a checkpoint's text, None where it did not."""
        time = int.from_bytes(signature[:_TIME_SIZE], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        is_cosigned = (
            len(signature) == _TIME_SIZE + _SIGNATURE_SIZE
            and time < _TIME_LIMIT
            and self.is_signed(message, signature[_TIME_SIZE:])
        )
        return time if is_cosigned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A verified cosignature: of whom, when (seconds since 1970), and its line without the end."""

    witness: WitnessKey
    time: int
    line: str

    @property
    def moment(self) -> str:
        """The time in RFC 3339, or the seconds where they are beyond its years."""
        try:
            return datetime.fromtimestamp(self.time, UTC).isoformat().replace("+00:00", "Z")
        except (OverflowError, ValueError, OSError):
            return f"{self.time} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """Who cosigned a checkpoint, and what it lacks of what was demanded."""

    cosignatures: tuple[Cosignature, ...] = ()
    faults: tuple[VerificationFault, ...] = ()


NOT_WITNESSED = Witnessed()
"""What is known where nobody asked for witnesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """Which witnesses are believed, and how many of them must have cosigned.

    Raises `NoteError` for a quorum that is none, and for one key given twice, since one witness
    would then count as two.
    """

    witnesses: tuple[WitnessKey, ...]
    quorum: int

    def __post_init__(self) -> None:
        """Refuse what is no policy."""
        seen: set[bytes] = set()
        for witness in self.witnesses:
            if witness.public in seen:
                raise NoteError(f"the key of the witness `{witness.name}` is given twice")
            seen.add(witness.public)
        if not 1 <= self.quorum <= len(self.witnesses):
            count = len(self.witnesses)
            witnesses = "witness" if count == 1 else "witnesses"
            raise NoteError(f"a quorum of {count} {witnesses} is a number from 1 to {count}")

    def is_met(self, cosignatures: Sequence[Cosignature]) -> bool:
        """Whether enough of the witnesses have cosigned."""
        return len(cosignatures) >= self.quorum

    def review(self, note: bytes) -> Witnessed:
        """Return who cosigned a checkpoint, and what it lacks; never raises for one that opens."""
        try:
            found = open_cosignatures(read_note(note), self.witnesses)
        except NoteError as error:
            refused = fault(None, "cosignature_refused", str(error))
            return Witnessed(cosignatures=(), faults=(refused,))
        faults = () if self.is_met(found) else (self._missing(found),)
        return Witnessed(cosignatures=found, faults=faults)

    def _missing(self, found: Sequence[Cosignature]) -> VerificationFault:
        present = {cosignature.witness for cosignature in found}
        names = series(each.name for each in self.witnesses if each not in present)
        return fault(
            None,
            "quorum_missing",
            f"{self.quorum} of {len(self.witnesses)} witnesses must have cosigned the checkpoint,"
            f" and {len(found)} did; missing: {names}",
        )


def open_cosignatures(note: Note, known: Sequence[WitnessKey]) -> tuple[Cosignature, ...]:
    """Return the cosignatures of the known witnesses, one for each that cosigned, in their order.

    Signatures of others are passed over. Raises `NoteError` where that of a known one is wrong.
    """
    keys = {(key.name, key.key_id): key for key in known}
    found: dict[WitnessKey, Cosignature] = {}
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        time = key.time_of(note.text, signature.value)
        if time is None:
            raise NoteError(f"the cosignature of `{key.name}` is wrong")
        found.setdefault(key, Cosignature(witness=key, time=time, line=signature.line()))
    return tuple(found[key] for key in known if key in found)


def with_lines(note: bytes, lines: Sequence[str]) -> bytes:
    """Return a signed checkpoint with more signature lines."""
    return note + "".join(f"{line}\n" for line in lines).encode()
