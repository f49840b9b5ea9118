"""What is said of how constructs are built and laid out."""

from ...source.diagnostic import Diagnostic, error, warning
from ...source.text import Span

SHAPES = {
    "policy": "policy NAME",
    "vocabulary": "vocabulary NAME",
    "record": "record NAME",
    "set": "set NAME of TYPE",
    "parameter": "parameter NAME : TYPE",
    "define": "define NAME",
    "table": "table NAME unique",
    "waiver": "waiver NAME",
    "profile": "profile NAME",
    "test": 'test "TITLE"',
}
"""The constructs that end with words of their own, and how each begins."""

_NOUNS = {"define": "definition"}
"""What a construct is called where its keyword is no noun."""


def missing_end(
    span: Span,
    construct: str,
    *,
    line: int | None = None,
    found: str | None = None,
    item: str | None = None,
) -> Diagnostic:
    """Report a construct that does not end before `line`.

    `found` is a wrong `end …` there, `item` the keyword of what begins there in its stead.
    """
    words, noun = f"end {construct}", _NOUNS.get(construct, construct)
    if found is not None:
        return error(
            "E0202",
            f"expected `{words}`, found `{found}`",
            span,
            help=f"the {noun} is closed by `{words}`",
            replacement=words,
        )
    where = "at the end of the file" if line is None else f"before line {line}"
    if item is not None and item != construct:
        inner = _NOUNS.get(item, item)
        where += f": {'an' if inner[0] in 'aeiou' else 'a'} {inner} stands outside of a {noun}"
    return error(
        "E0202",
        f"`{words}` is missing",
        span,
        label=f"this {noun} is never closed",
        help=f"write `{words}` on a line of its own, {where}",
    )


def mixed_junction(span: Span, second: str) -> Diagnostic:
    """`and` and `or` without brackets."""
    other = "or" if second == "and" else "and"
    return error(
        "E0203",
        "`and` and `or` are mixed without brackets",
        span,
        label=f"does this `{second}` bind closer than the `{other}` before it?",
        help="put brackets around the part that belongs together, or write a labelled list: "
        "`any of (a) …; (b) …`",
    )


def unclosed_bracket(span: Span, opening: str, closing: str) -> Diagnostic:
    """Report an opening bracket without its partner."""
    return error(
        "E0204",
        f"the bracket `{opening}` is never closed",
        span,
        label="opened here",
        help=f"write `{closing}` where the part in brackets ends",
    )


def stray_bracket(span: Span, bracket: str) -> Diagnostic:
    """Report a closing bracket without its partner."""
    return error(
        "E0205",
        f"the bracket `{bracket}` was never opened",
        span,
        help="delete it, or open a bracket where the part in brackets begins",
    )


def impossible_day(span: Span, day: str) -> Diagnostic:
    """Report a day that no calendar has, or one not written in full."""
    year, month, number = day.split("-")
    full = f"{year}-{month:0>2}-{number:0>2}"
    if full != day:
        return error(
            "E0206",
            f"the day `{day}` is not written in full",
            span,
            label=f"write `{full}`",
            help="months and days have two digits",
            replacement=full,
        )
    return error(
        "E0206",
        f"there is no day `{day}` in the calendar",
        span,
        help="days are written year-month-day, such as `2026-02-28`",
    )


def too_tall(span: Span) -> Diagnostic:
    """Report a condition with too many parts within parts."""
    return error(
        "E0207",
        "this condition has too many parts within parts",
        span,
        label="it begins here",
        help="split it into several rules, or write it as a labelled list",
    )


def unbracketed_list(span: Span, words: str) -> Diagnostic:
    """Report a labelled list inside another condition."""
    return error(
        "E0208",
        "a labelled list inside another condition needs brackets around it",
        span,
        label="the list begins here",
        help=f"write `({words} (a) …; (b) …)`, so that everyone sees where the list ends",
    )


def end_of_rule(span: Span) -> Diagnostic:
    """Report a rule closed as if it were a policy."""
    return error(
        "E0209",
        "a rule has no `end rule`",
        span,
        label="delete this line",
        help="a rule ends where the next rule begins, or at `end policy`",
        replacement="",
    )


def outside(span: Span, found: str, construct: str) -> Diagnostic:
    """Report a part of a construct where no such construct is open."""
    opening, noun = SHAPES[construct], _NOUNS.get(construct, construct)
    if found.startswith("end "):
        return error(
            "E0210",
            f"`{found}` closes nothing",
            span,
            label=f"no {noun} is open here",
            help=f"delete it, or write `{opening}` where the {noun} begins",
        )
    return error(
        "E0210",
        f"`{found}` stands outside of any {noun}",
        span,
        label=f"no {noun} is open here",
        help=f"it belongs between `{opening}` and `end {construct}`; "
        f"an `end {construct}` above may come too early, or a line `{opening}` may be missing",
    )


def nested_exception(span: Span) -> Diagnostic:
    """Report an exception that is written as if it were one from another exception."""
    return warning(
        "W0715",
        "this exception is from the rule, and not from the exception before it",
        span,
        label="it excuses a campaign by itself",
        help="write what an exception does not cover into its condition: `… and not …`; if two "
        "exceptions are meant, begin both in the same column",
    )
