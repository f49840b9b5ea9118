"""What a table gives for values that are known."""

from collections.abc import Sequence
from datetime import date

from ..semantics.tree import Constant, LookupTerm, Table
from .comparison import UndefinedError
from .values import SENSITIVE, show_typed
from .wording import any_sensitive


def looked_up(table: Table, day: date, values: Sequence[object]) -> Constant | None:
    """Return what a table gives under the law of a day; None where it has no edition.

    Raises `UndefinedError` where the edition has no case for the values.
    """
    rows = table.on(day)
    if rows is None:
        return None
    found = next((row.value for row in rows if row.is_meant(values)), None)
    if found is None:
        given = zip(table.inputs, values, strict=True)
        words = ", ".join(show_typed(value, each.type) for each, value in given)
        raise UndefinedError(f"the table has no case for {words}")
    return found


def given(term: LookupTerm, found: Constant | None) -> str:
    """Return what a lookup gave, as a person may read it; it would tell what is sensitive."""
    if any_sensitive((term,)):
        return SENSITIVE
    return "unknown" if found is None else found.text
