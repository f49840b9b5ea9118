"""What the checker says about tables."""

from collections.abc import Iterable, Sequence

from ...source.diagnostic import Diagnostic, error
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from .forms import counted


def overlapping_rows(span: Span, other: str, line: int, example: str) -> Diagnostic:
    """Two cases of a table that are meant for the same values."""
    return error(
        "E0340",
        f"this case and `case {other}` in line {line} are both meant for `{example}`",
        span,
        label="this case overlaps the earlier one",
        help="let each case be meant for values that no other case has",
    )


def missing_case(span: Span, name: str, example: str) -> Diagnostic:
    """Values for which a table gives nothing."""
    return error(
        "E0341",
        f"the table `{name}` has no case for `{example}`",
        span,
        label="a case is missing",
        help="write a case for it, or `otherwise gives …` as the last",
    )


def number_of_cells(span: Span, wanted: int, found: int) -> Diagnostic:
    """A case with more or fewer cells than the table has inputs."""
    return error(
        "E0342",
        f"this case has {counted(found, 'cell')}, and the table is looked up by "
        f"{counted(wanted, 'value')}",
        span,
        help="write one cell for each value, set apart by commas; `any` where it does not matter",
    )


def number_of_arguments(span: Span, name: str, wanted: Sequence[str], found: int) -> Diagnostic:
    """A lookup with more or fewer values than the table has inputs."""
    return error(
        "E0342",
        f"`{name}` is looked up by {counted(len(wanted), 'value')}, not by {found}",
        span,
        help=f"write `{name}({', '.join(wanted)})`, with a value for each",
    )


_NO_TABLE = "only a table is followed by values in brackets"


def unknown_table(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    """A lookup in what is no table."""
    near = nearest(name, known)
    return error(
        "E0343",
        f"there is no table `{name}`",
        span,
        help=did_you_mean(near, _NO_TABLE),
        replacement=near,
    )


def table_as_word(span: Span, name: str) -> Diagnostic:
    """A table where a value should be, without what it is looked up by."""
    return error(
        "E0344",
        f"the table `{name}` stands here without what it is looked up by",
        span,
        help=f"write the values behind its name, in brackets: `{name}(…)`",
    )


def large_table(span: Span, name: str, what: str) -> Diagnostic:
    """A table that is too large to be checked; `what` says of what it has too many."""
    return error(
        "E0345",
        f"the table `{name}` has {what}",
        span,
        help="split it into several, or let `otherwise gives …` stand for most of its cases",
    )


def empty_range(span: Span) -> Diagnostic:
    """A cell whose end lies before its beginning."""
    return error("E0346", "this range holds no values", span, help="write the lower value first")
