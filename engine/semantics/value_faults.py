"""The catalogue of what the checker says about values of another kind than is needed."""

from decimal import Decimal

from ..source.diagnostic import Diagnostic, error
from ..source.text import Span
from ..syntax.habits import DAY_HABIT
from .types import LENGTHS, Scalar, Type, describe
from .written import is_written

_NUMBERS = (Scalar.NUMBER, Scalar.WHOLE_NUMBER)


def wrong_type(span: Span, found: Type, wanted: Type, words: str = "") -> Diagnostic:
    """A value of another type than its partner; `words` is how it is written."""
    what = f"this is {describe(found)}, where {describe(wanted)} is needed"
    unquoted = words[1:-1]
    if words.startswith('"') and is_written(unquoted, wanted):
        advice = f"write it without quotation marks: `{unquoted}`"
        return error("E0401", what, span, help=advice, replacement=unquoted)
    number, _, rest = words.partition(" ")
    if found in LENGTHS and wanted in _NUMBERS and number.isdigit() and rest:
        advice = f"write the number alone, in the unit that the fact is counted in: `{number}`"
        return error("E0401", what, span, help=advice, replacement=number)
    return error("E0401", what, span, help=_advice(found, wanted, words))


def _advice(found: Type, wanted: Type, words: str) -> str | None:
    """Return how a value of the wanted type is written, where the found one suggests it."""
    is_number = found in _NUMBERS
    if wanted is Scalar.MONEY and is_number:
        return f"say in which currency: `EUR {words}`" if is_written(words, found) else None
    if found is Scalar.PERCENTAGE and is_written(words.removesuffix("%"), wanted):
        return f"no share is meant here: write `{words.removesuffix('%')}`"
    if wanted is Scalar.DATE and found in LENGTHS:
        return f"count from a date: `today - {words}`, or `today + {words}`"
    if wanted is Scalar.DATE and (is_number or found is Scalar.TEXT):
        return DAY_HABIT
    if wanted is Scalar.DAYS and is_number and words.isdigit():
        return f"say of what: `{words} days`"
    if wanted is Scalar.MONTHS and is_number and words.isdigit():
        return f"say of what: `{words} months`"
    return None


def set_for_value(span: Span, words: str, instead: str) -> Diagnostic:
    """A set, named or listed, where one value is compared."""
    return error(
        "E0401",
        f"`{words}` is a set, where a single value is needed",
        span,
        help=f"say `{instead} {words}`",
    )


def set_among_members(span: Span, name: str) -> Diagnostic:
    """The name of a set among the members of another."""
    return error(
        "E0305",
        f"`{name}` is a set, and no member of one",
        span,
        help=f"declare a set that takes its members over, `is {{{name}, …}}`, and name that",
    )


def alternative(span: Span, words: str, instead: str) -> Diagnostic:
    """A value behind `and` or `or`, as if the comparison before it went on."""
    return error(
        "E0403",
        f"`{words}` alone is not a condition",
        span,
        label="a comparison ends before `and` and `or`",
        help=f"list the values in braces: `{instead}`",
    )


def unbound_element(span: Span, word: str, collection: str) -> Diagnostic:
    """An element of a list by a name that nothing binds."""
    return error(
        "E0304",
        f"unknown name `{word}`",
        span,
        label="nothing says which one is meant",
        help=f"name it first: `any {word} in {collection} has (…)`",
    )


def rootless(span: Span, word: str, path: str) -> Diagnostic:
    """A fact without the campaign that it is of."""
    return error(
        "E0304",
        f"unknown name `{word}`",
        span,
        help=f"facts begin with the campaign: `{path}`",
        replacement=path,
    )


def number_for_percentage(span: Span, text: str) -> Diagnostic:
    """A number where a percentage belongs; nobody writes 20 for twenty times the whole."""
    what = f"`{text}` is a plain number, where a percentage is needed"
    share = Decimal(text)
    if share % 1 == 0 and share != 1:
        return error("E0407", what, span, help=f"write `{text}%`", replacement=f"{text}%")
    percent = f"{(share * 100).normalize():f}%"
    advice = f"write `{percent}` where `{text}` of the whole is meant, and `{text}%` otherwise"
    return error("E0407", what, span, help=advice)


def grouped_thousands(span: Span, words: str, number: str) -> Diagnostic:
    """A number that is fifty here, and fifty thousand in half of Europe."""
    whole, _, group = number.partition(".")
    return error(
        "E0416",
        f"`{words}` can be read in two ways",
        span,
        label="a full stop stands before decimals, and never between thousands",
        help=f"write `{whole}{group}` for thousands, and `{whole}` where no more is meant",
    )
