"""Text to syntax tree, with every fault and not only the first."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from ..source.diagnostic import Diagnostic, in_order
from ..source.text import Source
from . import faults, tree
from .excess import cut_short, first_faults
from .expectations import end_of
from .grammar import parse_items
from .lexis import ITEM_KEYWORDS, LONGEST_FILE, MOST_FAULTS, MOST_WORDS, NAME, TEXT
from .misfits import explain
from .tokens import examine
from .visit import all_of, children, family, items_of

_NAME = re.compile(NAME)
_WORD = re.compile(rf"{TEXT}|\w++|\S")


def parse(source: Source) -> tuple[tree.File, tuple[Diagnostic, ...]]:
    """Return the tree of a text and what is wrong with it.

    Constructs with faults stand in the tree as `Broken`; the rest of the file is parsed as if
    they were not there. The tree of a text beyond the limits of length is empty. At most
    `MOST_FAULTS` faults are returned, and one that says so where there are more: then the tree
    holds only what was read until there.
    """
    whole = source.span(0, len(source.text))
    nothing = tree.File(span=whole, items=())
    if len(source.text) > LONGEST_FILE:
        end = source.span(LONGEST_FILE, LONGEST_FILE + 1)
        return nothing, (faults.characters.file_too_long(end, LONGEST_FILE, "characters"),)
    text, lexical = examine(source)
    if len(lexical) > MOST_FAULTS:
        return nothing, first_faults(lexical)
    if surplus := _surplus(text):
        end = source.span(*surplus.span())
        return nothing, (faults.characters.file_too_long(end, MOST_WORDS, "words and marks"),)
    parsed = parse_items(text, source.name)
    file = tree.File(span=whole, items=parsed.items)
    if parsed.is_sound:
        return file, in_order((*lexical, *_nested_exceptions(file, source)))
    further = islice(_faults(file, source, text, lexical), MOST_FAULTS + 1)
    found = in_order((*lexical, *further))
    return file, first_faults(found) if parsed.is_whole else cut_short(found)


def _surplus(text: str) -> re.Match[str] | None:
    """Return the first word of a text that is one too many."""
    if len(text) <= MOST_WORDS:
        return None
    return next(islice(_WORD.finditer(text), MOST_WORDS, None), None)


def _faults(
    file: tree.File, source: Source, text: str, lexical: Sequence[Diagnostic]
) -> Iterator[Diagnostic]:
    for parent, node in family(file):
        match node:
            case tree.Broken(context=context) if node.expected == end_of(context):
                yield _missing_end(parent, node, source)
            case tree.Broken() if not any(_causes(fault, node) for fault in lexical):
                yield explain(node, source, text)
            case tree.MixedJunction():
                yield faults.constructs.mixed_junction(node.second.span, node.second.text)
            case _:
                pass


def _causes(fault: Diagnostic, broken: tree.Broken) -> bool:
    """Whether a strange word is the reason why a construct does not go on from there."""
    return fault.span.start <= broken.place <= fault.span.end


def _missing_end(parent: tree.Node, node: tree.Broken, source: Source) -> Diagnostic:
    wrong = " ".join(source.slice(node.span).split())
    if wrong:
        return faults.constructs.missing_end(node.span, node.context, found=wrong)
    name = next(
        child for child in children(parent) if isinstance(child, tree.Name | tree.TextLiteral)
    )
    line = source.locate(node.place).line if node.place < len(source.text) else None
    opening = source.span(parent.span.start, name.span.end)
    following = _NAME.match(source.text, node.place)
    item = following.group() if following and following.group() in ITEM_KEYWORDS else None
    return faults.constructs.missing_end(opening, node.context, line=line, item=item)


def _nested_exceptions(file: tree.File, source: Source) -> Iterator[Diagnostic]:
    """Yield a warning for each exception that is written as one from the exception before it.

    It stands behind it on its line, or beneath it and farther in, and is an exception from the
    rule all the same.
    """
    for policy in items_of(tree.Policy, (file,)):
        for rule in policy.rules:
            for before, exception in pairwise(all_of(tree.ExceptionClause, rule.clauses)):
                if _column(source, exception) > _column(source, before):
                    yield faults.constructs.nested_exception(exception.span)


def _column(source: Source, node: tree.Node) -> int:
    return source.locate(node.span.start).column
