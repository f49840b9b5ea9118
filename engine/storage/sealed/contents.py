"""The contents of decisions, sealed: what lies beside a leaf is ciphertext, each under its own key.

AES-256-GCM with a random nonce; a key seals two messages and no others, the names (what the leaf
discloses) and the payload. The id of the decision, which is unique in the log, and what the message
is are associated data, so that none opens as another or beside another leaf. Leaves and
commitments are over what was sealed, and know nothing of keys.

Keys are taken from a supply that is durable before the first of them is used: a decision that is
acknowledged always has its key. A process that ends leaves some unused, which open nothing.
"""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from ...audit.entries.commitment import Disclosure
from ...audit.entries.record import LogEntry, Payload, UnreadableContents
from ..errors import ContentsUnread, KeysMissing, StorageUnavailable
from ..schema import key_store
from .key_store import DataKey, KeyStore, NoKey
from .wrapping import Unopened, decrypt, encrypt

SUPPLY = 256
"""How many keys are made at a time: as many as the decisions of one transaction."""

BOUND = select(key_store.c.id)
"""The key store that the contents of a log are sealed under, if any."""

_NAMES = b"assent names 1 "
_PAYLOAD = b"assent payload 1 "
_READ_NAMES = msgspec.msgpack.Decoder(tuple[str, ...])
_READ_PAYLOAD = msgspec.msgpack.Decoder(tuple[bytes, bytes, bytes, bytes])
_WRITE = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class SealedNames:
    """What is stored of a decision that names somebody: the id of its key, and the message."""

    decision_id: str
    key: str
    names: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContents(SealedNames):
    """What is stored of a decision: the id of its key, and the two messages."""

    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What lies beside the leaf of a decision; nothing once it is erased."""

    payload: Payload | None
    disclosures: tuple[Disclosure, ...]


ALTERED = UnreadableContents(why="they do not open under their key", is_altered=True)
NO_STORE = UnreadableContents(why="the key store is not here")


class Contents:
    """Seals and opens contents by the keys of a store. Safe to share between threads.

    Every method raises what `KeyStore` does.
    """

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys
        self._lock = threading.Lock()
        # INVARIANT: no key is used twice; a forked process has a supply of its own.
        self._supplies: dict[int, list[DataKey]] = {}

    def take(self, count: int) -> Sequence[DataKey]:
        """Return keys that are durable and that nothing else is sealed under."""
        with self._lock:
            supply = self._supplies.setdefault(os.getpid(), [])
            while len(supply) < count:
                supply += self.keys.make(SUPPLY)
            return [supply.pop() for _ in range(count)]

    def open(self, rows: Iterable[SealedContents]) -> Mapping[str, Opened | UnreadableContents]:
        """Return what contents open to, by the ids of their decisions."""
        sealed = list(rows)
        keys = self.keys.find(each.key for each in sealed)
        return {each.decision_id: _opened(each, keys[each.key]) for each in sealed}

    def open_names(
        self, rows: Iterable[SealedNames]
    ) -> Mapping[str, tuple[Disclosure, ...] | UnreadableContents]:
        """Return what leaves disclose, by the ids of their decisions; payloads stay sealed."""
        sealed = list(rows)
        keys = self.keys.find(each.key for each in sealed)
        return {each.decision_id: _opened_names(each, keys[each.key]) for each in sealed}


def seal(
    decision_id: str, payload: Payload, disclosures: Iterable[Disclosure], key: DataKey
) -> SealedContents:
    """Return what lies beside the leaf of a decision, sealed."""
    content = _WRITE.encode(
        [payload.input, payload.input_salt, payload.result, payload.result_salt]
    )
    names = _WRITE.encode([each.text for each in disclosures])
    name = decision_id.encode()
    return SealedContents(
        decision_id=decision_id,
        key=key.id,
        names=encrypt(key.secret, names, _NAMES + name),
        payload=encrypt(key.secret, content, _PAYLOAD + name),
    )


def check_read(entry: LogEntry) -> None:
    """Raise `ContentsUnread` for an entry whose contents are there and could not be opened."""
    if entry.unread is not None:
        raise ContentsUnread(f"the contents of entry {entry.index}: {entry.unread.why}")


def check_bound(connection: Connection, contents: Contents | None) -> bool:
    """Return whether the contents of a log are to be sealed, as they are from its binding on.

    Raises `StorageUnavailable` where they are and their key store is not the one at hand.
    """
    return check_bound_to(connection.execute(BOUND).scalar_one_or_none(), contents)


def check_bound_to(bound: str | None, contents: Contents | None) -> bool:
    """Do as `check_bound` does, by the key store that a log is known to be bound to."""
    if bound is None:
        if contents is None:
            return False
        raise StorageUnavailable("the contents of the log are in clear; `assent init` seals them")
    if contents is None:
        raise StorageUnavailable("the log is sealed, and its key store is not here")
    found = contents.keys.id()
    if found != bound:
        raise StorageUnavailable(
            f"the log was sealed under the key store `{bound}`, and this one is `{found}`"
        )
    return True


def is_of(connection: Connection, contents: Contents) -> bool:
    """Whether a key store is there, and is the one of the log."""
    bound = connection.execute(BOUND).scalar_one_or_none()
    try:
        return contents.keys.id() == bound
    except KeysMissing:
        return False


def _opened(sealed: SealedContents, key: DataKey | NoKey) -> Opened | UnreadableContents:
    if isinstance(key, NoKey):
        return UnreadableContents(why=f"their key {key.why}")
    name = sealed.decision_id.encode()
    try:
        content = decrypt(key.secret, sealed.payload, _PAYLOAD + name)
        input_, input_salt, result, result_salt = _READ_PAYLOAD.decode(content)
    except (Unopened, ValueError):
        return ALTERED
    disclosures = _opened_names(sealed, key)
    if isinstance(disclosures, UnreadableContents):
        return disclosures
    kept = Payload(input=input_, input_salt=input_salt, result=result, result_salt=result_salt)
    return Opened(payload=kept, disclosures=disclosures)


def _opened_names(
    sealed: SealedNames, key: DataKey | NoKey
) -> tuple[Disclosure, ...] | UnreadableContents:
    if isinstance(key, NoKey):
        return UnreadableContents(why=f"their key {key.why}")
    try:
        names = decrypt(key.secret, sealed.names, _NAMES + sealed.decision_id.encode())
        return tuple(map(read_disclosure, _READ_NAMES.decode(names)))
    except (Unopened, ValueError):
        return ALTERED


def read_disclosure(text: str) -> Disclosure:
    """Return a disclosure as it was stored; where it is none, the verifier is to name it."""
    try:
        return Disclosure.read(text)
    except ValueError:
        return Disclosure(name="", value=None, text=text)
