"""What is wrong with a set that names others."""

from collections.abc import Sequence

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span


def circular_set(span: Span, names: Sequence[str]) -> Diagnostic:
    """A set that takes over its own members."""
    first, *_ = names
    return error(
        "E0324",
        f"the set `{first}` rests on itself",
        span,
        label=" → ".join(f"`{name}`" for name in names),
        help="list its members, or name sets that do not lead back to it",
    )


def too_many_taken(span: Span, most: int) -> Diagnostic:
    """Sets of sets that grow beyond measure."""
    return error(
        "E0803",
        f"the sets take over more than {most:,} members of others, counted in each edition",
        span,
        help="let fewer sets name others, or sets with fewer members and editions",
    )
