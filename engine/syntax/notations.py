"""How signs, values, types and provisions are written elsewhere, and how they are written here.

Signs of programming languages and spreadsheets, marks of word processors, numbers and units in
words. As in `habits`, what stands here is never accepted, only understood.
"""

from .habits import GREATER, LESSER
from .lexis import TIME_UNITS

SYMBOL_HABITS = {
    ">=": "is at least",
    "=>": "is at least",
    "≥": "is at least",
    "<=": "is at most",
    "=<": "is at most",
    "≤": "is at most",
    "==": "is",
    "!=": "is not",
    "<>": "is not",
    "≠": "is not",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    ">": "is more than",
    "<": "is less than",
    "=": "is",
    "!": "not",
}
"""Signs, and the words for them."""

MARK_HABITS = {
    "–": "-",  # noqa: RUF001 - the ambiguity is the point.
    "—": "-",
    "−": "-",  # noqa: RUF001 - the ambiguity is the point.
    **dict.fromkeys("\u2010\u2011\u2012\u2015", "-"),
    "×": "*",  # noqa: RUF001 - the ambiguity is the point.
    "÷": "/",
    "//": "#",
    "/*": "#",
}
"""Marks that look like marks of the language, or stand for them elsewhere."""

QUOTE_HABITS = "“”„‟«»‘’‚‛'`"  # noqa: RUF001 - the ambiguity is the point.
"""Quotation marks other than the straight double one."""

MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
    *("januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember"),
    *("janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre"),
    *("novembre", "décembre"),
)
"""Names of months, in English, German and French."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKENDS = ("weekend", "weekends", "weekday", "weekdays")
_CURRENCIES = (
    *("euro", "euros", "dollar", "dollars", "pound", "pounds", "franc", "francs", "kroner"),
    *("kronor", "zloty"),
)
THOUSANDS = "numbers are written without a mark between thousands: `5000`, `5000.50`"
DAY_HABIT = "days are written year-month-day, such as `2026-08-02`"
_WEEKDAY_HABIT = (
    "there are no days of the week; list the days in a `set … of date`, and say `is one of` it"
)

UNIT_HABITS = {
    **dict.fromkeys(MONTH_NAMES, DAY_HABIT),
    **dict.fromkeys((*_WEEKDAYS, *_WEEKENDS), _WEEKDAY_HABIT),
    **dict.fromkeys(("percent", "per"), "a percentage is written with its sign, such as `75%`"),
    **dict.fromkeys(
        _CURRENCIES, "the code of the currency stands before the amount, such as `EUR 5000`"
    ),
    "next": "say `is within 30 days after today`",
    **dict.fromkeys(
        ("thousand", "million", "billion", "mio"), "numbers are written in full, such as `50000`"
    ),
    **dict.fromkeys(
        ("am", "pm", "oclock", "noon", "midnight"),
        "there are no times of day; declare a fact that states the hour, as a `whole_number`",
    ),
    **dict.fromkeys(
        (*(word for unit in TIME_UNITS for word in unit.value), "hour", "hours", "quarters"),
        "times are counted in whole days, weeks, months or years, such as `13 months`",
    ),
    **dict.fromkeys(
        (
            "m",
            "mi",
            "meter",
            "meters",
            "kilometre",
            "kilometres",
            "kilometer",
            "kilometers",
            "feet",
        ),
        "distances are written in miles, km or metres, such as `15 miles`",
    ),
}
"""Words for units that are not words of the language, or stand where none can, and what is said."""

_COUNTED = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty", "dozen", "hundred", "half"),
)

WORD_HABITS = {
    "true": "say `yes`",
    "false": "say `no`",
    "now": "say `today`",
    "tomorrow": "say `today + 1 day`",
    "yesterday": "say `today - 1 day`",
    **dict.fromkeys(MONTH_NAMES, DAY_HABIT),
    **dict.fromkeys((*_WEEKDAYS, *_WEEKENDS), _WEEKDAY_HABIT),
    **dict.fromkeys(_COUNTED, "numbers are written in digits, such as `18`"),
    "null": "of a fact that is not stated say `is unknown`",
    **dict.fromkeys(
        ("stated", "specified", "provided", "present", "missing", "absent", "unspecified", "given"),
        "of a fact that is stated say `is known`, of one that is not `is unknown`",
    ),
    **dict.fromkeys(
        ("more", "over", "above", *GREATER), "with the limit itself say `is at least …`"
    ),
    **dict.fromkeys(
        ("less", "under", "below", *LESSER), "with the limit itself say `is at most …`"
    ),
}
"""Words in place of a value, and what is said of them."""

TYPE_HABITS = {
    **dict.fromkeys(("string", "str", "word", "words"), "text"),
    **dict.fromkeys(("boolean", "bool", "yesno", "flag"), "yes_no"),
    **dict.fromkeys(("integer", "int", "whole"), "whole_number"),
    **dict.fromkeys(("decimal", "float", "numeric"), "number"),
    **dict.fromkeys(("percent", "ratio"), "percentage"),
    **dict.fromkeys(("amount", "price"), "money"),
    **dict.fromkeys(("day", "calendar_day"), "date"),
    **dict.fromkeys(("datetime", "timestamp", "time"), "instant"),
    **dict.fromkeys(("region", "market"), "place"),
    "duration": "days",
}
"""Words for types elsewhere, and the type of the language."""

PROVISION_HABITS = {
    **dict.fromkeys(("article", "articles", "arts"), "art"),
    "r": "rule",
    **dict.fromkeys(("section", "sections", "clause", "§", "§§", "s", "ss"), "sec"),
    **dict.fromkeys(("paragraph", "par"), "para"),
    **dict.fromkeys(("chapter", "chap"), "ch"),
    **dict.fromkeys(("recital",), "rec"),
    **dict.fromkeys(("regulation",), "reg"),
    **dict.fromkeys(("schedule",), "sch"),
    **dict.fromkeys(("appendix",), "annex"),
}
"""Kinds of provisions as they are written in full, and how the language abbreviates them."""

STRANGE_HABITS = {
    **{
        sign: f"the code of the currency stands before the amount, such as `{code} 5000`"
        for sign, code in (("€", "EUR"), ("$", "USD"), ("£", "GBP"), ("¥", "JPY"))
    },
    "§": "provisions are abbreviated: `sec 4.1`",
    **dict.fromkeys("•◦▪‣·", "clauses stand without marks in front of them; leave it out"),
    **dict.fromkeys("'’", THOUSANDS),  # noqa: RUF001 - between digits; others are quotation marks.
}
"""Characters that mean something elsewhere, and what is said of them."""
