"""The erasures that a published log has, to repeat them on a database restored from a backup.

The leaves of a published log (C2SP tlog-tiles) are read once, in order, and their root must be one
that a known key has signed; nothing else of it is verified. Erasures are taken that concern the
common prefix of the log and the database, compared leaf by leaf.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..checkpoints.checkpoint import open_checkpoint
from ..checkpoints.note import NOTE_LIMIT, VerifierKey
from ..entries.act_leaves import ErasureLeaf
from ..entries.acts import Ground
from ..entries.leaf import read_leaf
from ..errors import LogError, RecordError
from ..merkle.spans import Span, common, merged
from ..merkle.tiles import BUNDLE_LIMIT, TILE_WIDTH, TilePath, read_bundle
from ..merkle.tree import EMPTY_TREE, leaf_hash
from .verify_log import CHECKPOINT_PATH, LogSource


class NotPublished(LogError):  # noqa: N818 - the house names what happened; `LogError` is its base.
    """There is no log that a known key has signed, or its entries are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastErasures:
    """What a published log of `size` entries says of the first `shared`, which a database has.

    `indexes` are the entries that were erased, by the ground; each ascends.
    """

    size: int
    shared: int
    indexes: Mapping[Ground, Sequence[int]]


@dataclass(slots=True)
class _Erased:
    """The erasures that were read, and how many entries are those of the database."""

    shared: int = 0
    spans: defaultdict[Ground, list[Span]] = field(default_factory=lambda: defaultdict(list))


def past_erasures(
    source: LogSource, known: Sequence[VerifierKey], leaves: Iterable[bytes]
) -> PastErasures:
    """Return what a published log says was erased of entries that have these leaves, in order.

    Raises `NotPublished`, `NoteError` for a checkpoint that no known key has signed, and `OSError`
    as the source does.
    """
    note = source.read(CHECKPOINT_PATH, NOTE_LIMIT)
    if note is None:
        raise NotPublished("there is no checkpoint here")
    head = open_checkpoint(note, known).head
    tree, found, mine = EMPTY_TREE, _Erased(), iter(leaves)
    is_shared = True
    for index, leaf in enumerate(_leaves(source, head.size)):
        is_shared = is_shared and next(mine, None) == leaf
        found.shared += is_shared
        tree = tree.append(leaf_hash(leaf))
        _note(found, index, leaf)
    if tree.root() != head.root:
        raise NotPublished("the entries have another root than was signed")
    return PastErasures(
        size=head.size,
        shared=found.shared,
        indexes={ground: _before(spans, found.shared) for ground, spans in found.spans.items()},
    )


def _leaves(source: LogSource, size: int) -> Iterator[bytes]:
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        path = TilePath(level=None, number=first // TILE_WIDTH, width=width)
        for named in (path, path.full()):  # A server may have dropped the partial one.
            content = source.read(named.text(), BUNDLE_LIMIT)
            if content is not None:
                break
        else:
            raise NotPublished(f"`{path.text()}` is not there")
        try:
            yield from read_bundle(content, named.width)[:width]
        except ValueError as error:
            raise NotPublished(f"`{named.text()}`: {error}") from error


def _note(found: _Erased, index: int, leaf: bytes) -> None:
    try:
        act = read_leaf(leaf)
    except RecordError as error:
        raise NotPublished(f"entry {index} cannot be read: {error}") from error
    if isinstance(act, ErasureLeaf):
        found.spans[act.ground] += act.entries


def _before(spans: Iterable[Span], shared: int) -> Sequence[int]:
    within = common(merged(spans), ((0, shared),)) if shared else ()
    return [index for first, beyond in within for index in range(first, beyond)]
