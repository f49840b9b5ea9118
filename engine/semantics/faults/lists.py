"""What the checker says about members that stand in CSV files."""

from collections.abc import Iterable

from ...source.diagnostic import Diagnostic, error
from ...source.quoting import series
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from ..code_names import near_code
from ..types import CODES, Scalar, Type, describe
from .forms import counted


def outside_the_folder(span: Span, file: str) -> Diagnostic:
    """A path that does not lead to a CSV file in or below the folder of the policy."""
    return error(
        "E0801",
        f"`{file}` is not the path of a CSV file beside this policy",
        span,
        help="name a file that ends in `.csv`, in this folder or one below: `lists/countries.csv`",
    )


def no_such_file(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    """A file that is not in the bundle."""
    near = nearest(name, known)
    return error(
        "E0802",
        f"there is no file `{name}` among the policies",
        span,
        help=did_you_mean(near, "paths are read from the folder of this policy"),
    )


def too_large(span: Span, name: str, most: int) -> Diagnostic:
    """A file beyond the limit of what is read."""
    return error(
        "E0803",
        f"`{name}` has more than {most:,} characters",
        span,
        help="leave out the columns that no set reads, or divide the list between several sets",
    )


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What spreadsheets put between fields where they put no commas."""


def no_such_column(span: Span, column: str, name: str, known: Iterable[str]) -> Diagnostic:
    """A column that the first row does not name."""
    listed = tuple(known)
    what = f"`{name}` has no column `{column}`"
    separator = next((each for each in _SEPARATORS if listed[1:] == () and each in listed[0]), None)
    if separator is not None:
        advice = (
            f"its fields are set apart by {_SEPARATORS[separator]}; save it with commas between"
        )
        return error("E0804", what, span, help=advice)
    near, more = nearest(column, listed), ", …" if len(listed) > 6 else ""
    return error(
        "E0804",
        what,
        span,
        help=did_you_mean(near, f"its first row names {series(listed[:6])}{more}"),
        replacement=f'"{near}"' if near else None,
    )


def two_columns(span: Span, column: str, name: str) -> Diagnostic:
    """A column that the first row names more than once."""
    return error(
        "E0804",
        f"`{name}` has more than one column `{column}`",
        span,
        help="rename one of them in the first row of the file",
    )


def not_csv(span: Span) -> Diagnostic:
    """A row whose quotation marks do not fit together."""
    return error(
        "E0805",
        "the quotation marks of this row do not fit together",
        span,
        help="a field that holds a comma, a quotation mark or a line end stands in quotation "
        'marks as a whole, and `"` is written `""` within it (RFC 4180)',
    )


def old_line_ends(span: Span) -> Diagnostic:
    """A file whose lines end in a carriage return alone."""
    return error(
        "E0805",
        "the lines of this file end in a carriage return alone",
        span,
        help="save it with the line ends of Unix or Windows; in Excel choose `CSV UTF-8`, and not "
        "`CSV (Macintosh)`",
    )


def uneven_record(span: Span, found: int, wanted: int) -> Diagnostic:
    """A row with another number of fields than the first row has names."""
    return error(
        "E0805",
        f"this row has {counted(found, 'field')}, and the first row names "
        f"{counted(wanted, 'column')}",
        span,
        help="set one field for each column, apart by commas; one that holds a comma stands in "
        "quotation marks",
    )


def nothing_listed(span: Span, name: str) -> Diagnostic:
    """A file without a row of members."""
    return error(
        "E0806",
        f"`{name}` lists no members",
        span,
        help="its first row names the columns; each row below it states one member",
    )


def no_member(span: Span, field: str, column: str) -> Diagnostic:
    """A field that is empty, or has blanks around what it states."""
    what = "has a blank at its beginning or end" if field else "is empty"
    return error(
        "E0807",
        f"this field of the column `{column}` {what}",
        span,
        help="state one member, with nothing before or behind it, or take the row out",
    )


def wrong_member(span: Span, field: str, kind: Type, known: Iterable[str]) -> Diagnostic:
    """A field that states no value of the type of the set."""
    if isinstance(kind, Scalar) and kind in CODES:
        near = near_code(kind, field)
    else:
        near = nearest(field, known)
    return error(
        "E0808",
        f"`{field}` is not {describe(kind)}",
        span,
        help=did_you_mean(near, "the set that reads this column has that type"),
    )


def member_again(span: Span, member: str, line: int) -> Diagnostic:
    """A member that another row has stated."""
    return error(
        "E0809",
        f"`{member}` is listed twice",
        span,
        label="listed again here",
        help=f"line {line} lists it already; take one of the rows out",
    )


def not_from_a_file(span: Span, kind: Type) -> Diagnostic:
    """A set of a type that fields of a file do not state."""
    return error(
        "E0810",
        f"the members of this set are each {describe(kind)}, and are not read from a file",
        span,
        help="a file lists texts, codes, words of a type, numbers and dates; write these members "
        "in braces",
    )
