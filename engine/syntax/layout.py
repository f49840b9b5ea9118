"""What the layout of a rule says to its reader, and the grammar does not read."""

from collections.abc import Iterator
from itertools import pairwise

from ..source.diagnostic import Diagnostic
from ..source.text import Source
from . import faults, tree
from .visit import all_of, items_of


def nested_exceptions(file: tree.File, source: Source) -> Iterator[Diagnostic]:
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
