"""Text to syntax tree, with every fault and not only the first."""

import re
from collections.abc import Iterator

from ..source.diagnostic import Diagnostic, in_order
from ..source.text import Source
from . import faults, tree
from .grammar import parse_items
from .tokens import examine
from .visit import walk

_WORD = re.compile(r"[\w./-]+|\S")


def parse(source: Source) -> tuple[tree.File, tuple[Diagnostic, ...]]:
    """Return the tree of a text and what is wrong with it.

    Constructs with faults stand in the tree as `Broken`; the rest of the file is parsed as if
    they were not there. Where brackets nest too deep the tree is empty.
    """
    text, lexical = examine(source)
    whole = source.span(0, len(source.text))
    if any(diagnostic.code == "E0106" for diagnostic in lexical):
        return tree.File(span=whole, items=()), in_order(lexical)
    file = tree.File(span=whole, items=parse_items(text, source.name))
    return file, in_order((*lexical, *_syntax_faults(file, source, lexical)))


def _syntax_faults(
    file: tree.File, source: Source, lexical: tuple[Diagnostic, ...]
) -> Iterator[Diagnostic]:
    for node in walk(file):
        match node:
            case tree.Broken():
                # A strange character is the reason why the construct around it is broken.
                if not any(_touches(node, known) for known in lexical):
                    yield _broken(node, source)
            case tree.MixedJunction():
                yield faults.mixed_junction(node.second.span, node.second.text)
            case _:
                pass


def _touches(broken: tree.Broken, known: Diagnostic) -> bool:
    return broken.span.start <= known.span.start < max(broken.span.end, broken.place + 1)


def _broken(node: tree.Broken, source: Source) -> Diagnostic:
    word = _WORD.match(source.text, node.place)
    found = word.group() if word else ""
    span = source.span(node.place, node.place + len(found))
    if node.expected == f"`end {node.context}`":
        return faults.missing_end(span, node.context)
    before = source.text[max(0, node.place - 40) : node.place]
    return faults.unparsed(span, found, node.expected, node.context, before)
