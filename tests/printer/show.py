"""The printer: a tree as text in the canonical layout.

One clause a line, keywords in a column of fixed width, labelled lists over several lines, brackets
only where the grammar needs them. The law is that parsing what is shown gives the tree again,
for every tree without `Broken`. Comments are not in the tree, so they are not in what is shown.
"""

from engine.syntax import tree
from tests.printer.constructs import Construct, lines
from tests.printer.expressions import expression


def show(node: Construct | tree.Expression) -> str:
    """Return a node as text: a whole file, an item or part of one, or a single expression.

    A file ends with a line end, everything else without one. Raises `ValueError` for `Broken`,
    which has no text of its own.
    """
    if isinstance(node, tree.Expression):
        return expression(node, 0)
    text = "\n".join(lines(node))
    return f"{text}\n" if isinstance(node, tree.File) else text
