"""What the checker says about values and conditions of another kind than is needed."""

from decimal import Decimal

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from ...syntax.lexis import Comparator
from ...syntax.notations import DAY_HABIT
from ..types import LENGTHS, RecordType, Scalar, Type, describe
from ..written import is_written


def not_comparable(
    span: Span, comparator: Comparator, kind: Type, advice: str | None
) -> Diagnostic:
    """A phrase that does not fit the type to its left."""
    return error(
        "E0402",
        f"`{comparator.phrase}` does not fit {describe(kind)}",
        span,
        help=advice,
    )


def not_a_condition(span: Span, kind: Type | None) -> Diagnostic:
    """A value where a condition is needed."""
    what = f"this is {describe(kind)}, not a condition" if kind else "this is not a condition"
    whose = "one of its facts" if isinstance(kind, RecordType) else "it"
    return error("E0403", what, span, help=f"compare {whose}: `… is …`, `… is at least …`")


def always(span: Span) -> Diagnostic:
    """A condition that is `yes`."""
    return error(
        "E0403",
        "this is not a condition",
        span,
        help="to prohibit or require in every case, say of what the rule is: "
        "`prohibit when campaign.special_categories includes alcohol`",
    )


def not_a_value(span: Span) -> Diagnostic:
    """A condition where a value is needed."""
    return error("E0404", "a condition stands where a value is needed", span)


def not_a_list(span: Span, kind: Type) -> Diagnostic:
    """A quantifier over something else."""
    return error("E0405", f"this is {describe(kind)}, where a list is needed", span)


def no_arithmetic(span: Span, operator: str, left: Type, right: Type) -> Diagnostic:
    """Operands that do not go together."""
    what = f"`{operator}` cannot join {describe(left)} and {describe(right)}"
    is_share = Scalar.PERCENTAGE in (left, right)
    advice = "say what the share is of: `10% of campaign.budget.total`" if is_share else None
    return error("E0406", what, span, help=advice)


def if_any_without_every(span: Span, word: str) -> Diagnostic:
    """`, if any,` beside another quantifier."""
    return error(
        "E0408",
        f"`, if any,` has no meaning with `{word}`",
        span,
        help=f"over an empty list `{word} … has` is already settled; leave `, if any,` out",
    )


def days_and_months(span: Span) -> Diagnostic:
    """Days held against months."""
    return error(
        "E0409",
        "days are not compared or joined with months",
        span,
        label="a month has no fixed number of days",
        help="write both in days, or both in months; a date takes either: `today + 2 months`",
    )


def definition_as_value(span: Span, name: str) -> Diagnostic:
    """A definition where a value is needed."""
    return error(
        "E0404",
        f"`{name}` is a definition, where a value is needed",
        span,
        label="this is a condition",
        help=f"a definition holds or does not hold: write `{name}` alone, or `not {name}`",
    )


def pattern_needed(span: Span) -> Diagnostic:
    """`is like` with something else than a text in quotation marks."""
    return error(
        "E0410",
        "a pattern is a text in quotation marks",
        span,
        help='a star stands for any text: `is like "*free*"`',
    )


def period_as_value(span: Span) -> Diagnostic:
    """A period where a single value is needed."""
    return error(
        "E0411",
        "a period stands where a single value is needed",
        span,
        help="write `overlaps`, `includes DATE` or `is within`, or name one of its days: `….start`",
    )


def period_needed(span: Span, kind: Type | None) -> Diagnostic:
    """Something else than a period where a period is needed."""
    what = f"this is {describe(kind)}" if kind else "this is a single value"
    return error(
        "E0412",
        f"{what}, where a period is needed",
        span,
        help="a period is a group with the dates `start` and `end`, or `2026-07-20 to 2026-08-31`; "
        "that a day lies in one is said with `includes`: `campaign.flight includes 2026-12-24`",
    )


def inverted_period(span: Span) -> Diagnostic:
    """A period whose last day lies before its first."""
    return error(
        "E0413",
        "this period ends before it begins",
        span,
        help="both days are included; write the earlier one first",
    )


def no_aggregate(span: Span, word: str, kind: Type) -> Diagnostic:
    """Values that cannot be added up or have no order."""
    return error("E0414", f"`{word} of` does not fit {describe(kind)}", span)


def value_of_element(span: Span, word: str) -> Diagnostic:
    """An aggregate of groups that does not say which of their facts is meant."""
    return error(
        "E0415",
        f"the elements are groups of facts; say what of each the `{word}` is of",
        span,
        help=f"write `{word} of (x.size for each x in …)`",
    )


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
        unit = rest if rest.endswith("s") else f"{rest}s"
        advice = (
            f"write a number alone: `{number}` where the fact counts {unit}; otherwise convert it"
        )
        return error("E0401", what, span, help=advice)
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


def set_for_value(span: Span, words: str, advice: str) -> Diagnostic:
    """Several values, named or listed, where one is compared."""
    return error(
        "E0401", f"`{words}` names several values, where a single one is needed", span, help=advice
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
    thousands, decimal = number.replace(".", ""), number.rstrip("0").removesuffix(".")
    return error(
        "E0416",
        f"`{words}` can be read in two ways",
        span,
        label="a full stop stands before decimals, and never between thousands",
        help=f"write `{thousands}` for thousands, and `{decimal}` where no more is meant",
    )
