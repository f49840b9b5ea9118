"""Verification of an export, with hashing alone: no server, no database.

`verify_export` recomputes everything that an export states: that the indexes are dense, every leaf
hash from its leaf, every leaf as canonical JSON, both commitments from content and salt, every
disclosure's digest, the query columns from the payload, and the size and root of the head. What it
finds is data, in the order of the file. A file that somebody made up to do harm gives faults too;
it never raises, and it keeps one line in memory, and the indexes of what is erased or held.

What it cannot know is whether the export's root is the root that others saw. For that, hand it a
`trusted` head from elsewhere (a receipt, a checkpoint that a witness holds): the tree must then
pass through it. Without one, an export is only shown to agree with itself.

A decision may have lost its contents, all of them, where an erasure entry later in the export names
it. Without one, `payload_missing` says so; and where contents are here that an erasure names, as
after a backup was put back, it is `erasure_undone`. Both are known, and told, at the end only,
and not of an export in which entries are missing, moved or broken. An erasure of what a hold in
force names is `hold_broken`, and one for age before its time `erased_early`. A version of policies
that came into force past a step is `publication_out_of_order`, and one whose author approved it
`approved_by_author`. A waiver that came to hold past a step is `waiver_out_of_order`, one that its
requester granted `waiver_granted_by_requester`, and a decision by one that was not granted before,
or was revoked, `waiver_not_granted`. A decision by policies that were not in force is
`policies_not_in_force`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import msgspec

from ..canonical import check_names
from ..checkpoints.timestamp import Stamped
from ..entries.leaf import Leaf
from ..entries.record import Envelope
from ..export import Header, Line
from ..faults import FAULT_LIMIT, VerificationFault, fault, gather, misread
from ..instants import instant
from ..merkle.tree import EMPTY_TREE, HASH_SIZE, Frontier, TreeHead, leaf_hash
from .decision_times import LateDecisions
from .entry_check import disclosures_of, entry_faults, lacks_contents, leaf_or_fault
from .history_checker import HistoryChecker
from .report import Report

LINE_LIMIT = 64 * 1024 * 1024
"""The most bytes of a line that are read: the greatest input and result, in base64, and room."""

_WHY_LIMIT = 200
_READ_HEADER = msgspec.json.Decoder(Header)
_READ_LINE = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadEntries:
    """Entries whose contents could not be read, and so were not verified; nor are they at fault.

    How many, the first of them, and why it could not be.
    """

    count: int
    first: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport(Report):
    """What was read and what was found.

    `entries` counts the lines that were entries, `root` is the root recomputed over them, and
    `erased` counts the entries that erasures name. `stamped` tells the newest time stamp where one
    was asked for. `uncommitted_holds` are the entries of holds in force that commit to nobody: a
    database has them, and it says alone whom these are on. `late` tells the decisions that were
    logged long after they were made.
    """

    entries: int
    root: bytes
    erased: int
    unread: UnreadEntries | None = None
    stamped: Stamped | None = None
    uncommitted_holds: tuple[int, ...] = ()
    late: LateDecisions | None = None

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong, and nothing was left unread."""
        return not self.faults and self.unread is None


def verify_export(
    stream: BinaryIO, *, trusted: TreeHead | None = None, most_faults: int = FAULT_LIMIT
) -> VerificationReport:
    """Return what is right and wrong about an export."""
    reading = _ExportVerifier(trusted=trusted)
    faults, omitted = gather(reading.faults(stream), most_faults)
    return VerificationReport(
        entries=reading.frontier.size,
        root=reading.frontier.root(),
        faults=faults,
        omitted=omitted,
        erased=reading.history.erasures.count(),
        unread=reading.unread,
        late=reading.history.times.late,
    )


@dataclass(slots=True, kw_only=True)
class _ExportVerifier:
    """How far an export has been read."""

    trusted: TreeHead | None
    frontier: Frontier = EMPTY_TREE
    next_index: int = 0
    logged_at: str = ""
    reached: bool = False
    is_whole: bool = True
    unread: UnreadEntries | None = None
    history: HistoryChecker = field(default_factory=HistoryChecker)

    def faults(self, stream: BinaryIO) -> Iterator[VerificationFault]:
        header = _header(stream)
        if isinstance(header, VerificationFault):
            yield header
        yield from self._pass()
        while text := stream.readline(LINE_LIMIT):
            if len(text) == LINE_LIMIT and not text.endswith(b"\n"):
                yield fault(
                    self.next_index, "line_too_long", "a line is too long; the rest was not read"
                )
                break
            yield from self._line(text)
            yield from self._pass()
        yield from self._end(header)

    def _line(self, text: bytes) -> Iterator[VerificationFault]:
        try:
            line = _READ_LINE.decode(text)
            if msgspec.json.encode(line) != text.rstrip(b"\n"):  # It is spelled by somebody else.
                check_names(text)
        except (ValueError, RecursionError) as error:
            yield fault(
                self.next_index,
                "entry_malformed",
                f"the line is not that of an entry: {misread(error)}",
            )
            self.next_index += 1
            self.is_whole = False
            return
        if not text.endswith(b"\n"):
            yield fault(line.index, "cut_off", "the last line is cut off")
        if line.index != self.next_index:
            self.is_whole = False
            yield fault(
                line.index,
                "index_differs",
                f"entry {line.index} stands where entry {self.next_index} belongs",
            )
        if line.logged_at < self.logged_at:  # As text, since both have one spelling.
            yield fault(
                line.index, "time_goes_back", "it was logged before the entry that precedes it"
            )
        leaf = leaf_or_fault(line.index, line.leaf)
        yield from entry_faults(line, leaf)
        self._note_unread(line)
        yield from self._note(line, leaf)
        self.logged_at = line.logged_at
        self.next_index = line.index + 1
        self.frontier = self.frontier.append(leaf_hash(line.leaf))

    def _note_unread(self, line: Line) -> None:
        if line.unread is None or line.unread.is_altered:
            return
        before = self.unread or UnreadEntries(
            count=0, first=line.index, why=line.unread.why[:_WHY_LIMIT]
        )
        self.unread = replace(before, count=before.count + 1)

    def _note(self, line: Line, leaf: Leaf | VerificationFault) -> Iterator[VerificationFault]:
        """Keep what an entry says of others, and yield how it does not go with those before it.

        Once an entry is missing, moved or broken, an index says nothing of another entry.
        """
        if not self.is_whole:
            return
        if lacks_contents(line):
            self.history.note_without_contents(line.index, leaf)
        if isinstance(leaf, VerificationFault):
            self.history.note_unread()
        elif isinstance(leaf, Envelope):
            yield from self.history.decision_faults(line.index, leaf, line.input or b"")
        else:
            disclosed = {each.name: each.value for each in disclosures_of(line)}
            yield from self.history.act_faults(line.index, leaf, disclosed)

    def _pass(self) -> Iterator[VerificationFault]:
        """Compare the tree with the trusted one, once it has as many entries."""
        trusted = self.trusted
        if trusted is None or self.reached or self.frontier.size != trusted.size:
            return
        self.reached = True
        if self.frontier.root() != trusted.root:
            yield fault(
                None,
                "trusted_root_differs",
                f"the first {trusted.size} entries are not those of the trusted tree",
            )

    def _end(self, header: Header | VerificationFault) -> Iterator[VerificationFault]:
        if self.is_whole:
            yield from self.history.erasures.faults()
        if self.trusted is not None and not self.reached:
            yield fault(
                None,
                "trusted_size_missing",
                f"the export ends before the {self.trusted.size} entries of the trusted tree",
            )
        if isinstance(header, VerificationFault):
            return
        if header.size != self.frontier.size:
            yield fault(
                None,
                "size_differs",
                f"the header says {header.size} entries, the export has {self.frontier.size}",
            )
        if header.root != self.frontier.root():
            yield fault(None, "root_differs", "the entries have another root than the header says")


def _header(stream: BinaryIO) -> Header | VerificationFault:
    text = stream.readline(LINE_LIMIT)
    try:
        header = _READ_HEADER.decode(text)
        check_names(text)
        instant(header.exported_at)
    except (ValueError, RecursionError) as error:
        told = f"the first line is not the header of an export: {misread(error)}"
        return fault(None, "header_malformed", told)
    if len(header.root) != HASH_SIZE:
        return fault(None, "header_malformed", f"the header's root does not have {HASH_SIZE} bytes")
    return header
