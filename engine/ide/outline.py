"""The outline of a file: its items, and what stands in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..source.text import Source, Span
from ..syntax import tree
from ..syntax.visit import children
from .snapshot import Snapshot

_INNER = (
    *(tree.Rule, tree.RecordDeclaration),
    *(tree.EnumerationDeclaration, tree.FactDeclaration),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A construct with its name, the word that introduces it, and its title or label."""

    name: str
    kind: str
    title: str
    span: Span
    name_span: Span
    inner: tuple["Entry", ...]


def outline(snapshot: Snapshot, file: str) -> tuple[Entry, ...]:
    """Return the outline of a file, as far as it can be read."""
    items, _ = snapshot.parsed[file]
    return tuple(_entries(items, snapshot.sources[file]))


def _entries(parent: tree.Node, source: Source) -> Iterator[Entry]:
    for node in children(parent):
        if isinstance(parent, tree.File) or isinstance(node, _INNER):
            made = _entry(node, source)
            if made is not None:
                yield made


def _entry(node: tree.Node, source: Source) -> Entry | None:
    name = getattr(node, "name", None)
    title = getattr(node, "title", None) or getattr(node, "label", None)
    named = name if isinstance(name, tree.Name) else title
    match named:
        case tree.Name(text=text) | tree.TextLiteral(value=text):
            keyword = source.slice(node.span).split(maxsplit=1)[0]
            return Entry(
                name=text,
                kind="fact" if isinstance(node, tree.FactDeclaration) else keyword,
                title=title.value if isinstance(title, tree.TextLiteral) else "",
                span=node.span,
                name_span=named.span,
                inner=tuple(_entries(node, source)),
            )
        case _:
            return None
