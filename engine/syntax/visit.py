"""Finds nodes of the syntax tree: in files, among others, or below one by its dataclass fields."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from typing import TypeVar

from .tree import Broken, File, Node

Kind = TypeVar("Kind", bound=Node)


def items_of(kind: type[Kind], files: Iterable[File]) -> Iterator[Kind]:
    """Yield the items of files that are of a kind, file by file."""
    return (item for file in files for item in file.items if isinstance(item, kind))


def first_of(kind: type[Kind], nodes: Iterable[Node]) -> Kind | None:
    """Return the first of some nodes that is of a kind, or None where there is none."""
    return next((node for node in nodes if isinstance(node, kind)), None)


def all_of(kind: type[Kind], nodes: Iterable[Node]) -> tuple[Kind, ...]:
    """Return those of some nodes that are of a kind."""
    return tuple(node for node in nodes if isinstance(node, kind))


def any_broken(nodes: Iterable[Node]) -> bool:
    """Whether a part is among some nodes that could not be read."""
    return any(isinstance(node, Broken) for node in nodes)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node, in the order in which they were written."""
    for name in _field_names(type(node)):  # type: ignore[arg-type]  # a class has a hash.
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


@cache
def _field_names(kind: type[Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(children(current))))


def family(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield everything below a node, each with the node directly above it."""
    waiting = [node]
    while waiting:
        parent = waiting.pop()
        below = list(children(parent))
        yield from ((parent, child) for child in below)
        waiting.extend(reversed(below))
