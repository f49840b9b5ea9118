"""Generic traversal of the syntax tree over its dataclass fields."""

from collections.abc import Iterator
from dataclasses import fields

from .tree import Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node, in the order in which they were written."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(children(current))))
