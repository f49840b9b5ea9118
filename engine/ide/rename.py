"""Going to where a name is declared and used, and giving it another name everywhere.

A new name is tried before it is given: the files are read once more with it, and every name in them
must go on standing for what it stood for. So nothing here knows which names are taken or reserved.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..source.text import Span
from ..syntax import tree
from ..syntax.lexis import NAME
from ..syntax.visit import walk
from .edits import Edit, edited
from .snapshot import Snapshot, take
from .symbols import Occurrence, Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a name cannot be changed, in words for the person who asked."""

    reason: str


def definitions(snapshot: Snapshot, file: str, offset: int) -> tuple[Span, ...]:
    """Return where the name at an offset is declared; a vocabulary may be in several files."""
    found = _occurrences(snapshot, file, offset)
    return tuple(each.span for each in found if each.is_declaration)


def references(
    snapshot: Snapshot, file: str, offset: int, *, with_declarations: bool
) -> tuple[Span, ...]:
    """Return where the name at an offset is used, in all files."""
    found = _occurrences(snapshot, file, offset)
    return tuple(each.span for each in found if with_declarations or not each.is_declaration)


def _occurrences(snapshot: Snapshot, file: str, offset: int) -> tuple[Occurrence, ...]:
    occurrence = snapshot.names.at(file, offset)
    return () if occurrence is None else snapshot.names.of(occurrence.symbol)


def renamable(snapshot: Snapshot, file: str, offset: int) -> Occurrence | Refusal:
    """Return the name at an offset that could be changed, or why there is none."""
    occurrence = snapshot.names.at(file, offset)
    if occurrence is None:
        return Refusal(reason="there is no name here that policies declare")
    broken = next(_hidden(snapshot, occurrence.symbol), None)
    if broken is not None:
        place = snapshot.sources[broken.source].locate(broken.start)
        reason = f"`{occurrence.symbol.word}` stands in a part with a mistake; mend {place} first"
        return Refusal(reason=reason)
    return occurrence


def _hidden(snapshot: Snapshot, symbol: Symbol) -> Iterator[Span]:
    """Yield the parts with faults of syntax in which a name stands, and cannot be followed."""
    named = re.compile(rf"(?<!\w){re.escape(symbol.word)}(?!\w)")
    for file, _ in snapshot.parsed.values():
        for node in walk(file):
            if isinstance(node, tree.Broken):
                words = snapshot.sources[node.span.source].slice(node.span)
                if named.search(words):
                    yield node.span


def rename(snapshot: Snapshot, file: str, offset: int, name: str) -> tuple[Edit, ...] | Refusal:
    """Return the changes, over all files, that give the name at an offset another name."""
    occurrence = renamable(snapshot, file, offset)
    if isinstance(occurrence, Refusal):
        return occurrence
    if re.fullmatch(NAME, name) is None:
        reason = f"`{name}` is no name: a name has letters, digits and underscores"
        return Refusal(reason=reason)
    edits = tuple(Edit(span=each.span, text=name) for each in snapshot.names.of(occurrence.symbol))
    return _objection(snapshot, edits, name) or edits


def _objection(snapshot: Snapshot, edits: tuple[Edit, ...], name: str) -> Refusal | None:
    """Return what would be wrong if the changes were made."""
    texts = {
        file: edited(source.text, (each for each in edits if each.span.source == file))
        for file, source in snapshot.sources.items()
    }
    after = take(texts, earlier=snapshot)
    surplus = Counter(d.code for d in after.diagnostics) - Counter(
        d.code for d in snapshot.diagnostics
    )
    for diagnostic in after.diagnostics:
        if diagnostic.code in surplus:
            return Refusal(reason=f"with this name, {diagnostic.headline}")
    if not _same_names(snapshot, after):
        return Refusal(reason=f"`{name}` already means something where this name is used")
    return None


def _same_names(before: Snapshot, after: Snapshot) -> bool:
    """Whether every name stands for what it stood for, however it is called."""
    pairs: set[tuple[Symbol, Symbol]] = set()
    for file, written in before.names.occurrences.items():
        rewritten = after.names.occurrences[file]
        if len(written) != len(rewritten):
            return False
        pairs.update(
            (one.symbol, other.symbol) for one, other in zip(written, rewritten, strict=True)
        )
    ones, others = {one for one, _ in pairs}, {other for _, other in pairs}
    return len(ones) == len(pairs) == len(others)
