"""An export of the log: one file that anyone can verify, without a server and without us.

NDJSON (one RFC 8259 text a line, UTF-8, each line ended by a line feed). The first line is the
header: `{"assent_export": 1, "size", "root", "exported_at"}`. A line for each entry follows, in
the order of indexes, from 0 to size - 1. Bytes are base64 (RFC 4648 §4), times RFC 3339 in UTC
with six decimals.
`docs/audit-log.md` lists every member; the shapes below are the only declaration of them, for
the writer here and for the reader in `verify`.

An export holds the input and the actor of every decision in clear: it is for auditors.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, BinaryIO, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from .entries.record import LogEntry, QueryColumns
from .entries.sealed_acts import Entry
from .instants import rfc3339
from .merkle.tree import SIZE_LIMIT, TreeHead

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=SIZE_LIMIT - 1)]
"""A size or an index."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line."""

    assent_export: Literal[1]
    size: Count
    root: bytes
    exported_at: str


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query columns of an entry as they are stored, whether or not they are true.

    Exports of earlier versions have no `words`, or no `advertiser` and `facets`.
    """

    decision_id: str
    decided_at: str
    outcome: str
    conclusive: bool
    campaign: str | None
    policy_set: str
    policy_version: str | None
    policy_digest: str
    actor: str | None
    rules: tuple[tuple[str, str], ...]
    words: str | UnsetType = UNSET
    advertiser: str | UnsetType | None = UNSET
    facets: tuple[str, ...] | UnsetType = UNSET


class Salts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The salts of both commitments."""

    input: bytes
    result: bytes


class UnreadContents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why contents that are there are not in the export: `record.UnreadableContents`."""

    why: str
    is_altered: bool


class Line(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The line of an entry.

    Once a decision is erased, `input`, `result` and `salts` are null, and there are no disclosures.
    They are not there either where `unread` says why they could not be read; else it is left out.
    An act has no columns either, and discloses its actor.
    """

    index: Count
    logged_at: str
    leaf: bytes
    leaf_hash: bytes
    columns: Columns | None
    input: bytes | None
    result: bytes | None
    salts: Salts | None
    disclosures: tuple[str, ...]
    unread: UnreadContents | None = None


def write_export(
    stream: BinaryIO, *, head: TreeHead, entries: Iterable[Entry], exported_at: datetime
) -> None:
    """Write an export of the tree of `head`, whose entries come in order of their indexes.

    It keeps one entry in memory at a time.
    """
    header = Header(
        assent_export=1, size=head.size, root=head.root, exported_at=rfc3339(exported_at)
    )
    stream.write(msgspec.json.encode(header) + b"\n")
    stream.writelines(msgspec.json.encode(line_of(entry)) + b"\n" for entry in entries)


def line_of(entry: Entry) -> Line:
    """Return the line of an entry."""
    payload = entry.payload if isinstance(entry, LogEntry) else None
    return Line(
        index=entry.index,
        logged_at=rfc3339(entry.logged_at),
        leaf=entry.leaf,
        leaf_hash=entry.leaf_hash,
        columns=_columns(entry) if isinstance(entry, LogEntry) else None,
        input=payload.input if payload else None,
        result=payload.result if payload else None,
        salts=Salts(input=payload.input_salt, result=payload.result_salt) if payload else None,
        disclosures=tuple(disclosure.text for disclosure in entry.disclosures),
        unread=_unread_of(entry),
    )


def _columns(entry: LogEntry) -> Columns:
    return columns_of(entry.columns, entry.words, entry.facets)


def _unread_of(entry: Entry) -> UnreadContents | None:
    if not isinstance(entry, LogEntry) or entry.unread is None:
        return None
    return UnreadContents(why=entry.unread.why, is_altered=entry.unread.is_altered)


def columns_of(columns: QueryColumns, words: str, facets: tuple[str, ...]) -> Columns:
    """Return query columns, the words of the justification and facets, as an export has them."""
    return Columns(
        decision_id=columns.decision_id,
        decided_at=rfc3339(columns.decided_at),
        outcome=columns.outcome,
        conclusive=columns.conclusive,
        campaign=columns.campaign,
        policy_set=columns.policy_set,
        policy_version=columns.policy_version,
        policy_digest=columns.policy_digest,
        actor=columns.actor,
        rules=columns.rules,
        words=words,
        advertiser=columns.advertiser,
        facets=facets,
    )
