"""Signed notes with Ed25519 signatures: C2SP signed-note v1.0.0, RFC 8032.

A note is a text that ends in a line feed, an empty line, and a line for each signature:
`— <name> <base64 of key id ‖ signature>`. What is signed is the text, its last line feed included.
A key id is the first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)`: it finds the key, and
proves nothing.

Whoever opens a note names the keys that it knows. Signatures of other keys are passed over; a
known key whose signature is wrong refuses the whole note, and at least one known key must have
signed. Reading is strict: one text has one spelling, so base64 with stray bits is refused.

`cryptography` signs and verifies. Of the choices that RFC 8032 leaves to a verifier it makes the
ones of Go and OpenSSL: no cofactor, R compared as bytes, keys of low order accepted. A log signs
with one key that it made itself, so none of these edge cases can arise from an honest signer.
"""

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_LIMIT = 1_000_000
"""The most bytes of a note."""

SIGNATURE_LIMIT = 100
"""The most signatures of a note; the format demands that at least 16 are read."""

ED25519 = b"\x01"
"""The byte of an Ed25519 key that signs notes."""

COSIGNATURE = b"\x04"
"""The byte of an Ed25519 key that cosigns checkpoints: C2SP tlog-cosignature."""

_KEY_SIZE = 32
_ID_SIZE = 4
_SIGNERS = {ED25519: "log", COSIGNATURE: "witness"}
_SIGNER_MARK = "PRIVATE+KEY+"
_LINE_MARK = "— "


class NoteError(ValueError):
    """A note or a key cannot be read, or is not signed as it should be; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key and the name that it signs under: `<name>+<key id>+<base64 of kind ‖ key>`.

    `kind` is the byte that says what the keys of a class sign.
    """

    kind: ClassVar[bytes]

    name: str
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a key that cannot be written. Raises `NoteError`."""
        _check_key(self.name, self.public)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that a text is. Raises `NoteError`."""
        name, _, rest = text.partition("+")
        return cls(name=name, public=_key_of(name, rest, cls.kind, lambda public: public))

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature names the key by."""
        return _key_id_of(self.name, self.kind + self.public)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        """Return the text of the key."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(self.kind + self.public)}"


class VerifierKey(PublicKey):
    """The public key of a log."""

    __slots__ = ()
    kind = ED25519


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """A private key: `PRIVATE+KEY+<name>+<key id>+<base64 of 0x01 ‖ seed>`, as Go writes it."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a name or a seed that cannot be written. Raises `NoteError`."""
        _check_key(self.name, self.seed)

    @classmethod
    def generate(cls, name: str) -> Self:
        """Return a new key, from the operating system's generator. Raises `NoteError`."""
        return cls(name=name, seed=Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that a text is. Raises `NoteError`, which does not quote it."""
        if not text.startswith(_SIGNER_MARK):
            raise NoteError("this is no private key of a signed note")
        name, _, rest = text.removeprefix(_SIGNER_MARK).partition("+")
        return cls(name=name, seed=_key_of(name, rest, ED25519, _public_of))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(name=self.name, public=_public_of(self.seed))

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message; the same message has the same signature."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def secret_text(self) -> str:
        """Return the text of the key: a secret."""
        key_id = self.verifier.key_id.hex()
        return f"{_SIGNER_MARK}{self.name}+{key_id}+{_base64(ED25519 + self.seed)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: who is said to have signed, and the bytes."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """Return the line, without its line feed."""
        return f"{_LINE_MARK}{self.name} {_base64(self.key_id + self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it was read: nothing of it is verified."""

    text: str
    signatures: tuple[Signature, ...]


def sign_note(text: str, keys: Iterable[SignerKey]) -> bytes:
    """Return a text with a signature of each key, in their order. Raises `NoteError`."""
    if not text.endswith("\n") or _has_controls(text):
        raise NoteError("the text of a note ends in a line feed, and has no other controls")
    lines = [
        Signature(name=key.name, key_id=key.verifier.key_id, value=key.sign(text.encode())).line()
        for key in keys
    ]
    return "\n".join([text, *lines, ""]).encode()


def read_note(content: bytes) -> Note:
    """Return a note without verifying anything of it. Raises `NoteError`."""
    if len(content) > NOTE_LIMIT:
        raise NoteError(f"a note has at most {NOTE_LIMIT:,} bytes")
    try:
        whole = content.decode()
    except UnicodeDecodeError as error:
        raise NoteError("a note is UTF-8") from error
    if _has_controls(whole):
        raise NoteError("a note has no control characters")
    text, separator, signed = whole.rpartition("\n\n")
    if not separator or not signed.endswith("\n"):
        raise NoteError("a note ends in an empty line and at least one signature line")
    lines = signed[:-1].split("\n")
    if len(lines) > SIGNATURE_LIMIT:
        raise NoteError(f"a note has at most {SIGNATURE_LIMIT} signatures")
    return Note(text=f"{text}\n", signatures=tuple(map(read_signature, lines)))


def open_note(content: bytes, known: Sequence[VerifierKey]) -> tuple[Note, tuple[VerifierKey, ...]]:
    """Return a note, and the known keys that signed it. Raises `NoteError` where none did."""
    note = read_note(content)
    keys = {(key.name, key.key_id): key for key in known}
    found: list[VerifierKey] = []
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.is_signed(note.text.encode(), signature.value):
            raise NoteError(f"the signature of `{key.name}` is wrong")
        found.append(key)
    if not found:
        signers = ", ".join(f"`{each.name}+{each.key_id.hex()}`" for each in note.signatures[:3])
        raise NoteError(f"no known key has signed; the note is of {signers}")
    return note, tuple(found)


def read_signature(line: str) -> Signature:
    """Return the signature that a line is, without its line feed. Raises `NoteError`."""
    name, _, encoded = line.removeprefix(_LINE_MARK).partition(" ")
    raw = _bytes_of(encoded)
    if not line.startswith(_LINE_MARK) or not _is_name(name) or raw is None or len(raw) <= _ID_SIZE:
        raise NoteError("a signature line is `— name base64`")
    return Signature(name=name, key_id=raw[:_ID_SIZE], value=raw[_ID_SIZE:])


def _has_controls(text: str) -> bool:
    return any(each < " " and each != "\n" for each in text)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() for each in name)


def _check_key(name: str, key: bytes) -> None:
    """Raise `NoteError` for a name or an Ed25519 key that cannot be written."""
    if not _is_name(name) or _has_controls(name):
        raise NoteError("the name of a key has no space, no `+`, and at least one character")
    if len(key) != _KEY_SIZE:
        raise NoteError(f"an Ed25519 key has {_KEY_SIZE} bytes")


def _key_id_of(name: str, key: bytes) -> bytes:
    """Return the id of a public key, whose first byte says what it signs."""
    return hashlib.sha256(b"\n".join((name.encode(), key))).digest()[:_ID_SIZE]


def _key_of(name: str, rest: str, kind: bytes, public_of: Callable[[bytes], bytes]) -> bytes:
    """Return the key behind `<key id>+<base64>`, if the id is that of its public half."""
    key_id, _, encoded = rest.partition("+")
    raw = _bytes_of(encoded)
    if not raw:
        raise NoteError("a key is written as name, key id and base64, with `+` between them")
    if len(raw) != 1 + _KEY_SIZE or raw[:1] not in (ED25519, COSIGNATURE):
        raise NoteError("only Ed25519 keys are known here")
    if raw[:1] != kind:
        meant, given = _SIGNERS[kind], _SIGNERS[raw[:1]]
        raise NoteError(f"it is the key of a {given}, and that of a {meant} belongs here")
    if _key_id_of(name, kind + public_of(raw[1:])).hex() != key_id:
        raise NoteError("the key id is not that of the name and the key")
    return raw[1:]


def _public_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes_of(text: str) -> bytes | None:
    """Return what base64 with padding stands for, None where it has another spelling or none."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError):
        return None
    return value if _base64(value) == text else None
