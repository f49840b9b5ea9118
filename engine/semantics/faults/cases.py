"""What the checker says about tests."""

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from .forms import counted


def incomplete_test(span: Span, step: str) -> Diagnostic:
    """A test that does not say what it is about."""
    return error("E0508", f"this test has no `{step}`", span)


def repeated_step(span: Span) -> Diagnostic:
    """A step of a test that may stand once."""
    return error("E0512", "this stands twice in one test", span, help="write a second test")


def given_twice(span: Span, path: str) -> Diagnostic:
    """A fact that two steps, or two columns, of one test set."""
    return error(
        "E0512",
        f"`{path}` is given twice in one test",
        span,
        label="only this would count",
        help="write a second test, or a table with `for each`",
    )


def uneven_row(span: Span, cells: int, columns: int) -> Diagnostic:
    """A row with another number of cells than its table has columns."""
    return error(
        "E0535",
        f"this row has {counted(cells, 'value')}, and the table {counted(columns, 'fact')}",
        span,
        help="set one value for each fact, and then what is expected, apart by `|`",
    )


def group_as_value(span: Span) -> Diagnostic:
    """A whole group of facts given at once."""
    return error(
        "E0514",
        "a group of facts is not given as a whole",
        span,
        help="give its facts one by one, each in a line of its own",
    )


def not_a_constant(span: Span) -> Diagnostic:
    """A value that only an evaluation would know."""
    return error("E0515", "a test gives values, not facts or sets", span, help="write the value")


def element_needed(span: Span, owner: str) -> Diagnostic:
    """A path of a test that passes through a list without saying which element."""
    return error(
        "E0513",
        f"`{owner}` is a list; say which of its elements is meant",
        span,
        help=f"count from one: `{owner}[1]`",
    )


def counted_from_one(span: Span, owner: str) -> Diagnostic:
    """The element before the first one of a list."""
    return error(
        "E0513",
        f"the first element of `{owner}` has the number one",
        span,
        help=f"count from one: `{owner}[1]`",
    )
