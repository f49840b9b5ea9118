"""What is said where words do not fit; which of it applies, `syntax.misfits` decides."""

import re
from collections.abc import Sequence

from ...source.diagnostic import Diagnostic, error
from ...source.quoting import series
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from .. import expectations as expect
from ..habits import (
    DAY_HABIT,
    EXCEPTION_ADVICE,
    MONTH_NAMES,
    PROVISION_HABITS,
    QUANTIFIER_HABITS,
    THOUSANDS,
    UNIT_HABITS,
    WORD_HABITS,
)
from ..lexis import PROVISIONS, TIME_UNITS

_QUOTED = re.compile("`([^`]+)`")
_CURRENCY = re.compile("[A-Z]{3}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_THREE_DIGITS = re.compile(r"\d{3}%?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
_DAY_ELSEWHERE = re.compile(
    r"\d{1,4}[./]\d{1,2}[./]\d{1,4}|\d{1,2}(?:st|nd|rd|th|er|re|\.)", re.ASCII | re.IGNORECASE
)
_HOUR = re.compile(r"\d{1,2}(?:am|pm|h|hrs)", re.ASCII | re.IGNORECASE)
_SHORTENED = re.compile(r"\d+(?:k|m|tsd|mio)", re.ASCII | re.IGNORECASE)
_MODIFIERS = ("required", "optional", "presumed", "sensitive")
_FACT_SHAPE = "a fact is written `name : type`, and then its label in quotation marks"
_TIMES = "times are counted in whole days, weeks, months or years, such as `30 days`"
_WHOLE_POLICY = (
    "a rule is named with its policy, and each by itself: `tightens minors/no_profiling to "
    "mandatory`"
)
_DUE = (
    "say by when it is to be done: `due before launch`, `due within 30 days of launch` "
    "or `due within 30 days after the end`"
)
_APPROVAL = '`approved by "A. Jansen" as "Data Protection Officer" on 2026-08-29`'
_KINDS = (
    "`rec 71`, `annex 3`, `part 312`, `para 2`, `ch 4`, `title 1`, `point 2`, `policy 7`, "
    "`item 1`, `reg 6`, `rule 3`, `sch 1`"
)
_HELP = {
    "`:`": _FACT_SHAPE,
    expect.TEXT: "a text stands between straight quotation marks, on one line",
    expect.SET: "write the name of a set, or members in braces such as `{DE, FR}`",
    expect.MEMBERS: "write the members in braces, such as `{DE, FR}`, and the names of other sets "
    'among them: `{EU, NO}`; or where they are listed: `column "code" of "countries.csv"`',
    expect.OF_FILE: 'say which file the column is of: `column "code" of "countries.csv"`',
    expect.NAME: "a name begins with a letter and is made of letters, digits and `_`, without "
    "spaces",
    expect.MEMBER: "members are written in lower case, with `_` in place of spaces",
    expect.DAY: DAY_HABIT,
    expect.LENGTH: _TIMES,
    expect.DUE: _DUE,
    "`due`": _DUE,
    "`of launch` or `after the end`": _DUE,
    "`when`": 'say in which case: `oblige "…" when … due before launch`',
    expect.ENFORCEMENT: "a rule without this clause denies: say `advisory` where it only warns, "
    '`overridable by "ROLE"` where that role may waive it, `mandatory` where nobody may',
    expect.INSTRUMENT: "the instrument stands first, by its short name: `DSA art 26(3)`",
    expect.PROVISION: f"provisions are abbreviated: `art 26(3)`, `sec 5`, {_KINDS}",
    expect.RULE: "name the policy too, such as `minors/no_profiling`",
    expect.RULE_OR_PARAMETER: "name a rule or a parameter, and what it is tightened to: "
    "`tightens marking/retouched_images to mandatory`",
    expect.MODULE: "name a module of the policies that are adopted, such as `assent.privacy`",
    "`from`": "say from which day: `tightens audit_interval to 180 days from 2026-10-01`",
    "`to`": "say what it is tightened to: `tightens audit_interval to 180 days from 2026-10-01`",
    "`enforced` or `mandatory`": "a rule is tightened to one that denies, `enforced`, or to "
    "one that nobody waives, `mandatory`",
    expect.WAIVER: "name a waiver that is declared: `waived by audit_slot`",
    expect.OUTCOME: "say which rule denies or warns: `deny by policy/rule`, `warn by policy/rule`; "
    "or which facts are missing: `deny for want of campaign.flight`",
    expect.STATE: "a fact is stated with `is`: `given campaign.targeting.age.min is 17`, of a list "
    "`is {DE, FR}` or `is empty`",
    "`gives`": "a case is a value, a set or a limit, and then what it gives: `case DE gives 18`, "
    "`case less than 13 gives …`, `case 13 to 17 gives …`, `case at least 18 gives …`",
    expect.CELL: "a cell is a value, a set, `less than 13`, `13 to 17`, or `any`",
    "`as`": f"say in which role: {_APPROVAL}",
    "`on`": f"say on which day it was approved: {_APPROVAL}",
    "`unique`": "a table is written `table NAME unique`, and then its label in quotation marks",
    expect.VALUE: "a value is a fact such as `campaign.budget.total`, a word, a number, a day, "
    "`yes`, `no` or `today`",
    "a type": _FACT_SHAPE,
    "`)`": "join conditions with `and` or `or`",
    "`}`": "members are set apart by commas and end with `}`",
    "`of`": "say what the members are: `set EU of place`",
    expect.ADDRESS: "an instrument has a short name, a title and an address: "
    '`instrument DSA "Regulation (EU) 2022/2065" "http://data.europa.eu/eli/reg/2022/2065/oj"`',
    "`(`": "what the elements must satisfy stands in brackets: `has (…)`",
    "`and`": "say `is between 13 and 17`; both are included",
    expect.CAPITAL_NAME: "rules cite an instrument by a short name such as `DSA`",
    expect.SIDE: "say of which day: `is within 10 days before campaign.flight.start`; "
    "working days are not told apart",
    "`in`": "name the list: `any creative in campaign.creatives has (…)`",
    "`|`": "the columns of a table are set apart by `|`, and the last says what is expected: "
    "`allow`, `deny by policy/rule`",
    "`has`": "say what the elements must satisfy: `any creative in campaign.creatives has (…)`",
}
_LABEL = re.compile(r"\([a-z]\)")
_UNJOINED = re.compile(r"(?:when|require|means|and|or|not) \([a-z]\)$")
_CELL = "each cell states a value, `empty` for a list without elements, or `unknown`"
_MARK_ADVICE = {
    ("|", expect.VALUE): _CELL,
    ("-", expect.VALUE): _CELL,
    ("}", expect.VALUE): "leave out the comma that is too many",
    (",", expect.VALUE): "leave out the comma that is too many",
    ("given", expect.VALUE): WORD_HABITS["given"],
    ("file", expect.STATE): 'say `given file "campaign.json"`',
    ("of", expect.SIDE): "say `before` or `after`; for both, join two comparisons with `or`",
}
_TEXTS = ("message", "remedy", "text", "reason", "ticket")
_EXCEPTING = re.compile("except|unless|save|excluding|but")
_LONE_NAME = re.compile(r"(?:when|require|means|and|or|not|\() [a-z]\w*$")
_JOINED = "the words before a list say how its items are joined"
_INCLUDING = re.compile(r"includes (all|any)$")
_OVERLAPPING = re.compile(r"overlaps [^()]*$")
_COMPUTED_PERIOD = (
    "a period is written with two days; where its ends are reckoned, compare both: "
    "`campaign.flight.start is on or before … and campaign.flight.end is on or after …`"
)
_COLON = "no colon stands behind a word of the language, or behind a name; leave it out"
_PLACES_ADVICE = (
    "name one set, or list places in braces: `applies in {DE, FR}`; several sets are one that is "
    "declared: `set AREA of place is {EU, NO}`"
)
_WRITTEN_VALUES = "numbers are written `5000` or `0.5`, percentages `80%`, money `EUR 5000.00`"
_BUT_PLACES = "leave `applies in` out, and say `applies when market is not NO`"
_RECKONED = (
    "days are reckoned with: `is on or before campaign.flight.start - 10 days`; where they lie at "
    "most so far apart, `is within 10 days before campaign.flight.start`"
)
_APART = re.compile(r"is (?:more than|(?P<least>at least)) (?P<length>[0-9]+ \w+)$")
_TIME_WORDS = frozenset(word for unit in TIME_UNITS for word in unit.value)
_COUNT = "`count of (each approval in campaign.approvals where …) is at least 2`"
_BEFORE_ADVICE = {
    **dict.fromkeys(("exactly", "only", "fewer"), f"count them: {_COUNT}"),
    **dict.fromkeys(
        ("twice", "double", "half"), "calculate with numbers and shares: `2 * …`, or `50% of …`"
    ),
    "from": "a period is written with its two days: `2026-07-01 to 2026-07-31`",
}
_STARTS = {
    expect.CLAUSE: "begins no clause",
    expect.ITEM: "begins no part of a policy file",
    expect.STEP: "begins no step of a test",
    expect.FACT: "begins no fact",
    expect.EDITION: "begins no edition of a set",
    expect.PARAMETER_CLAUSE: "begins no part of a parameter",
    expect.DEFINITION_CLAUSE: "begins no part of a definition",
    expect.TABLE_CLAUSE: "begins no part of a table",
    expect.WAIVER_CLAUSE: "begins no part of a waiver",
    expect.PROFILE_CLAUSE: "begins no part of a profile",
}
_PLACES = {"vocabulary": "fact", "set": "edition", "test": "step", "file": "line"}


def capitals(span: Span, typed: str, keyword: str) -> Diagnostic:
    """Report a keyword in capitals."""
    return error(
        "E0213",
        f"`{typed}` has capital letters; keywords are written in lower case",
        span,
        label=f"write `{keyword}`",
        help="words such as NO, IN and IT are country codes, so capitals make a difference",
        replacement=keyword,
    )


def habit(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report a phrase of ordinary English for which the language has another."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `{phrase}`",
        help=f"the same is said with `{phrase}`",
        replacement=phrase,
    )


def norm(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report what shall be so, in a condition, which says what is so."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label="a condition says what is, and its clause what shall be",
        help=f"say `require … {phrase} …`; behind `prohibit when` stands what is not to be",
    )


def leading(span: Span, word: str, advice: str | None) -> Diagnostic:
    """Report a word in front of a condition; without advice it says nothing that would be lost."""
    return error(
        "E0211",
        f"`{word}` does not belong here",
        span,
        label=None if advice else "leave it out",
        help=advice,
        replacement=None if advice else "",
    )


def habit_of_age(span: Span, typed: str, phrase: str, of_days: str) -> Diagnostic:
    """Report a phrase that may speak of an age or of a day."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `{phrase}` of an age, `{of_days}` of a day",
        help=f"of ages and lengths the same is said with `{phrase}`, of days with `{of_days}`",
    )


def habit_of_text(span: Span, typed: str, text: str) -> Diagnostic:
    """Report a phrase of which it is open whether it speaks of a list or of a text."""
    pattern = f'is like "*{text}*"'
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `includes` of a list, `{pattern}` of a text",
        help=f"a list `includes` a value; a text that has words in it `{pattern}`",
    )


def pattern(span: Span, typed: str, written: str) -> Diagnostic:
    """Report a phrase about a part of a text, which a pattern says."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f'say `is like "{written}"`',
        help="a star in a pattern stands for any text",
    )


def counted(span: Span, typed: str) -> Diagnostic:
    """Report a number that does not say of what it is."""
    return error(
        "E0212",
        f"`{typed}` cannot begin a condition",
        span,
        label="of what?",
        help="of one say `any approval in campaign.approvals has (…)`; of more, count them: "
        f"{_COUNT.replace('is at least', f'is {typed}')}",
    )


def misspelt(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report a phrase of the language, nearly."""
    return error(
        "E0214",
        f"`{typed}` is not a phrase of the language",
        span,
        label="is this misspelt?",
        help=f"did you mean `{phrase}`?",
        replacement=phrase,
    )


def one_word(span: Span, found: str, named: str) -> Diagnostic:
    """Report the second word of a name; `named` is the first."""
    whole = f"{named}_{found.lower()}".lower() if found.isidentifier() else None
    return error(
        "E0217",
        f"`{found}` does not go on with the name `{named}`",
        span,
        help=f"a name is one word: {f'`{whole}`' if whole else 'join its parts by `_`'}",
    )


def unknown_start(span: Span, found: str, expected: str, keywords: Sequence[str]) -> Diagnostic:
    """Report a word that begins nothing."""
    if expected == expect.EDITION:
        advice = (
            "an edition is written `is {DE, FR}`, or with its day, `from 2020-02-01 is {DE, FR}`"
        )
        return error("E0217", f"`{found}` {_STARTS[expected]}", span, help=advice)
    shape = f"{_FACT_SHAPE}; otherwise" if expected == expect.FACT else "here"
    if found == ":":
        return error("E0217", f"`:` {_STARTS[expected]}", span, help=_COLON, replacement="")
    if expected == expect.CLAUSE and "." in found[1:-1]:
        demand = f"say what becomes of it: `prohibit when {found} …`, or `require {found} …`"
        return error("E0217", f"`{found}` {_STARTS[expected]}", span, help=demand)
    return error(
        "E0217",
        f"`{found}` {_STARTS[expected]}",
        span,
        help=f"{shape} one of these may stand: {series(keywords)}",
    )


def no_clause(span: Span, typed: str, advice: str) -> Diagnostic:
    """Report the first words of a clause that the language does without."""
    return error("E0217", f"`{typed}` {_STARTS[expect.CLAUSE]}", span, help=advice)


def short_name(span: Span, found: str) -> Diagnostic:
    """Report the name of an instrument that is not one word."""
    return error(
        "E0201",
        f"expected {expect.TEXT}, found `{found}`",
        span,
        help="the short name is one word of letters, digits and `_`, such as `CAP_CODE`; the "
        "full name follows it in quotation marks",
    )


def unfinished(span: Span, tail: str, expected: str) -> Diagnostic:
    """Report a clause that stops short."""
    advice = _WHOLE_POLICY if tail in ("mandatory", "enforced") else None
    return error(
        "E0215",
        f"{expected} is missing after `{tail}`",
        span,
        label="something is missing behind this",
        help=advice or _unfit_advice("", expected, tail),
    )


def surplus(  # noqa: PLR0913, PLR0917 - the words around the place are facts like any others.
    span: Span, found: str, before: str, after: str, context: str, clause: str
) -> Diagnostic:
    """Report something behind the end of a clause; `before` and `after` it stand these words.

    `clause` is what stands in front of it.
    """
    part = _PLACES.get(context, "clause")
    return error(
        "E0211",
        f"`{found}` does not belong here",
        span,
        label=f"the {part} is complete before this",
        help=_misplaced_advice(found, before, after, clause)
        or _surplus_advice(found, before, after, part, clause),
    )


def _misplaced_advice(found: str, before: str, after: str, clause: str) -> str | None:
    """Return what is said in other words than these, by whoever means what they usually mean."""
    if (advice := _clause_advice(found, clause)) is not None:
        return advice
    if (advice := _statute_advice(found, before, after, clause)) is not None:
        return advice
    if before in _TIME_WORDS and (advice := _days_advice(found, after, clause)) is not None:
        return advice
    if before == "either" or (found == "," and clause.endswith(f"one of {before}")):
        return "list what it may be in braces: `is one of {sales, leads}`"
    if before in _BEFORE_ADVICE:
        return _BEFORE_ADVICE[before]
    if found == "of" and before == "number":
        return "say `count of campaign.approvals`, or `count of (each … in … where …)`"
    if found == "if":
        return "say `when`: `require … when …`; other conditions are joined with `and`"
    if found == ":" and before.isdigit() and after.isdigit():
        return UNIT_HABITS["pm"]
    quantifier = QUANTIFIER_HABITS.get(before.lower())
    if quantifier is not None and found.lower() not in UNIT_HABITS:
        return f"say `{quantifier} creative in campaign.creatives has (…)`"
    return None


def _statute_advice(found: str, before: str, after: str, clause: str) -> str | None:
    """Return how lists, ranges and exceptions are written that stand here as in a statute."""
    if _EXCEPTING.fullmatch(after if found == "(" else found):
        return EXCEPTION_ADVICE
    if found in ("and", "or") and before == ";":
        return f"leave `{found}` out: {_JOINED}"
    if found == "," and _LABEL.fullmatch(after):
        return "the items of a list are set apart by `;`"
    if _UNJOINED.search(clause):
        return f"write `all of (a) …; (b) …` or `any of (a) …; (b) …`: {_JOINED}"
    if (including := _INCLUDING.search(clause)) is not None:
        return f"say `includes {including[1]} of {found}`"
    if found == "to" and _OVERLAPPING.search(clause):
        return _COMPUTED_PERIOD
    if found == "to" and before.isdigit() and after.isdigit():
        return f"say `is between {before} and {after}`; both are included"
    return None


def _days_advice(found: str, after: str, clause: str) -> str | None:
    """Return how dates are compared that lie some days apart."""
    if found in ("from", "between"):
        return "subtract: `campaign.flight.end - campaign.flight.start` is a number of days"
    if found not in ("before", "after"):
        return None
    apart = _APART.search(clause)
    if apart is None:
        return _RECKONED
    sign = "-" if found == "before" else "+"
    phrase = f"is on or {found}" if apart["least"] else f"is {found}"
    return f"write `{phrase} {after} {sign} {apart['length']}`"


def _clause_advice(found: str, clause: str) -> str | None:
    """Return what is said of a word behind a clause that holds no condition."""
    if clause.startswith("applies in"):
        return _BUT_PLACES if found in ("except", "but", "without") else _PLACES_ADVICE
    if clause.startswith("source"):
        return _citation_advice(found)
    if clause.startswith(_TEXTS) and clause.endswith('"'):
        return 'within a text a quotation mark is written `\\"`, or as “these”'
    if clause.startswith("adopts") and found == "and":
        return "modules are set apart by commas: `assent.privacy, assent.minors`"
    if clause.startswith("adopts"):
        return "the parts of a name are joined by full stops: `assent.privacy, assent.minors`"
    if clause.startswith("tightens") and found == "from":
        return "a rule is tightened for as long as it is law: leave the day out"
    return None


def _citation_advice(found: str) -> str:
    """Return how provisions are written, by what stands behind one that is complete."""
    if found in ("and", "&"):
        return "each provision is cited with its instrument: `DSA art 26(3), DSA art 28(2)`"
    if found in (";", ","):
        return "citations are set apart by commas: `DSA art 26(3), CODE sec 2`"
    if found in ("-", "to", "ff"):
        return "of a range each provision is cited: `GDPR art 44, GDPR art 45, GDPR art 46`"
    return "a provision is written without spaces and full stops: `art 26(3)(a)`, `art 4bis`"


def _surplus_advice(found: str, before: str, after: str, part: str, clause: str) -> str:
    if found == ";":
        return f"a {part} ends with its line; leave out the `{found}`"
    if found.endswith("."):
        return "the words of a name are joined by one full stop: `campaign.flight.start`"
    if (advice := _number_advice(found, before, after)) is not None:
        return advice
    if found in ("does", "doesn't", "doesn’t", "excludes", "exclude"):  # noqa: RUF001 - as typed.
        return "deny the whole comparison: `not campaign.special_categories includes politics`"
    if found in ("from", "until", "through") and part == "clause":
        return "the days have a clause of their own: `in force from 2026-01-01 through 2026-12-31`"
    if found in ("from", "until", "through"):
        return "the days stand first: `from 2020-02-01 through 2025-12-31 is {DE, FR}`"
    if part == "fact" and (near := nearest(found, _MODIFIERS)):
        return f"did you mean `{near}`?"
    if part == "clause" and found.isidentifier() and _LONE_NAME.search(clause):
        return (
            "join the words of a name by full stops, as in `campaign.flight`, and conditions with "
            "`and` or `or`"
        )
    if part == "clause":
        return "join conditions with `and` or `or`; begin another clause on a new line"
    return f"begin what comes next on a new line, or delete `{found}`"


def _number_advice(found: str, before: str, after: str) -> str | None:
    """Return how a number, an amount or a day is written, where these words are probably one."""
    is_behind = _NUMBER.fullmatch(before) is not None
    if found == "." and after.lower() in MONTH_NAMES:
        return DAY_HABIT
    if found == "," and is_behind and _THREE_DIGITS.fullmatch(after):
        decimal = _decimal(before, after)
        return f"{THOUSANDS}; where the comma stands before decimals, write `{decimal}`"
    if found == "," and is_behind and after.removesuffix("%").isdigit():
        return f"decimals stand behind a full stop: `{before}.{after}`"
    if _GROUPED.fullmatch(found) or (is_behind and (found.isdigit() or found == ",")):
        return THOUSANDS
    if found.lower() in UNIT_HABITS:
        return UNIT_HABITS[found.lower()]
    if before.lower() in MONTH_NAMES or _DAY_ELSEWHERE.fullmatch(found):
        return DAY_HABIT
    if _SHORTENED.fullmatch(found):
        return UNIT_HABITS["thousand"]
    if found[:1].isdigit() and _CURRENCY.fullmatch(before.upper()):
        return f"a currency is written in capitals: `{before.upper()} {found}`"
    if _CURRENCY.fullmatch(found) and is_behind:
        return f"the currency stands before the amount: `{found} {before}`"
    return None


def reserved(span: Span, word: str, expected: str) -> Diagnostic:
    """Report a word of the language used as a name."""
    return error(
        "E0216",
        f"`{word}` is a word of the language and cannot be {expected.removesuffix(expect.CASE)}",
        span,
        label="choose another word",
        help=f"`is {word}` has a meaning of its own" if expected == expect.MEMBER else None,
    )


def _decimal(whole: str, decimals: str) -> str:
    """Return a number, or a share, without the zeros at its end."""
    sign = "%" if decimals.endswith("%") else ""
    return f"{whole}.{decimals.removesuffix('%')}".rstrip("0").removesuffix(".") + sign


def _written_value(found: str) -> str:
    """Return how what begins with a digit is written: a day, a time of day, or a value."""
    if _DAY_ELSEWHERE.fullmatch(found):
        return DAY_HABIT
    return UNIT_HABITS["pm"] if _HOUR.fullmatch(found) else _WRITTEN_VALUES


def _provision_advice(found: str, before: str) -> str:
    """Return how a provision is cited of which the number alone stands behind `before`."""
    kind = before.lower().rstrip(".")
    if kind in PROVISION_HABITS or kind in PROVISIONS:
        return f"the instrument stands first: `DSA {PROVISION_HABITS.get(kind, kind)} {found}`"
    cited = f"`{before} art {found}`, `{before} sec {found}`"
    return f"say what kind of provision it is: {cited}, or {_KINDS}"


def full_stop(span: Span, before: str) -> Diagnostic:
    """Report a clause that ends as a sentence does, or within a name of which one word stands."""
    is_begun = before.isidentifier()
    return error(
        "E0218",
        "a clause does not end with a full stop",
        span,
        label="leave it out, or write the rest of the name" if is_begun else "leave it out",
        help="a clause ends with its line",
        replacement=None if is_begun else "",
    )


def unfit(span: Span, found: str, expected: str, before: str) -> Diagnostic:
    """Report one word where another should stand; `before` is the word in front of it."""
    near = nearest(found, _QUOTED.findall(expected)) if found else None
    wanted = "`and`, `or` or `)`" if expected == "`)`" else expected
    return error(
        "E0201",
        f"expected {wanted}, found {f'`{found}`' if found else 'the end of the file'}",
        span,
        help=did_you_mean(near, _unfit_advice(found, expected, before)),
        replacement=near,
    )


def _unfit_advice(found: str, expected: str, before: str) -> str | None:
    if found.lower() in UNIT_HABITS:
        return UNIT_HABITS[found.lower()]
    if (
        advice := _MARK_ADVICE.get((found, expected), _COLON if found == ":" else None)
    ) is not None:
        return advice
    if found == "[" and expected != expect.SET:
        return "elements of a list are counted from one: `campaign.audiences[1]`"
    if found.startswith('"') and expected == expect.NAME:
        return 'the name comes first, then the title: `no_profiling "No profiling of minors"`'
    if found == "," and expected == "`and`":
        return _number_advice(found, before, "")
    if expected == expect.CONDITION and before == "require" and found in ("when", "if"):
        return "say `require …` for what must be so, and `applies when …` for the case it is about"
    if expected == expect.TEXT and before == "unless":
        return 'give the exception a name: `unless "legal hold" campaign.advertiser.verified`'
    if found[:1].isdigit() and expected in (expect.VALUE, expect.CONDITION, expect.PROVISION):
        is_cited = expected == expect.PROVISION
        return _provision_advice(found, before) if is_cited else _written_value(found)
    if expected.startswith("the label"):
        return "the items of a list are labelled in the order of the alphabet: `(a) …; (b) …`"
    return _HELP.get(expected)
