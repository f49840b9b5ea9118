"""The catalogue of what the checker says about names, types and structure."""

from collections.abc import Iterable

from ...source.diagnostic import Diagnostic, error
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from ...syntax.habits import COMPARISON_HABITS, TYPE_HABITS, WORD_HABITS
from ...syntax.lexis import Comparator
from ..code_names import code_advice, code_meant
from ..types import CODES, Scalar, Type, describe
from ..written import written_code

_DECLARING = {"set": "set {} of …", "instrument": 'instrument {} "TITLE" "ADDRESS"'}


def unknown(  # noqa: PLR0913 - what is unknown, and what is said of it.
    code: str,
    what: str,
    word: str,
    span: Span,
    known: Iterable[str],
    *,
    label: str | None = None,
    otherwise: str | None = None,
) -> Diagnostic:
    """Report a name that is not known; `otherwise` is advised where none is near."""
    near = nearest(word, known)
    if what in _DECLARING and word.isidentifier():
        otherwise = f"declare it (`{_DECLARING[what].format(word)}`), or adopt a pack that does"
    advice = did_you_mean(near, otherwise)
    return error(code, f"unknown {what} `{word}`", span, label=label, help=advice, replacement=near)


# --- names ------------------------------------------------------------------------------------


def unknown_fact(
    span: Span, word: str, owner: str, known: Iterable[str], advice: str
) -> Diagnostic:
    """A step of a path that its owner does not have; the advice is for one without a near name."""
    label = f"`{owner}` has no fact of this name"
    return unknown("E0301", "fact", word, span, known, label=label, otherwise=advice)


def no_facts_below(span: Span, owner: str, kind: Type) -> Diagnostic:
    """A path that goes on behind a value."""
    return error("E0302", f"`{owner}` is {describe(kind)} and has no facts of its own", span)


def step_into_list(span: Span, owner: str) -> Diagnostic:
    """A path that passes through a list."""
    return error(
        "E0303",
        f"`{owner}` is a list; say which of its elements is meant",
        span,
        help=f"write `any x in {owner} has (…)`, or begin with `every` or `no`",
    )


def unknown_word(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A bare word that is nothing."""
    habit = WORD_HABITS.get(word.lower())
    if habit is None:
        return unknown("E0304", "name", word, span, known)
    replacement = COMPARISON_HABITS.get(word.lower())
    return error("E0304", f"unknown name `{word}`", span, help=habit, replacement=replacement)


def unknown_member(span: Span, word: str, kind: Type, known: Iterable[str]) -> Diagnostic:
    """A word that its type does not list, or that is no code of its list."""
    what = f"`{word}` is not {describe(kind)}"
    if isinstance(kind, Scalar) and kind in CODES:
        meant = code_meant(kind, word)
        replacement = written_code(meant) if meant is not None else None
        return error("E0305", what, span, help=code_advice(kind, word), replacement=replacement)
    listed = tuple(known)
    near = nearest(word, listed)
    advice = did_you_mean(near, f"it is one of {_series(listed)}")
    return error("E0305", what, span, help=advice, replacement=near)


def _series(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def unknown_set(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A set that is not declared."""
    if word in ("none", "nothing", "null"):
        advice = "of a list without elements say `is empty`"
        return error("E0306", f"unknown set `{word}`", span, help=advice)
    return unknown("E0306", "set", word, span, known)


def member_for_set(span: Span, word: str, member: str) -> Diagnostic:
    """A single member where a set is needed; `member` is what the word stands for."""
    braced = f"{{{written_code(member)}}}"
    return error(
        "E0306",
        f"unknown set `{word}`",
        span,
        help=f"a single member stands in braces too: `{braced}`",
        replacement=braced,
    )


def unknown_instrument(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """An instrument that is not declared."""
    return unknown("E0307", "instrument", word, span, known)


def unknown_type(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A type that is not declared."""
    meant = TYPE_HABITS.get(word.lower())
    if meant is None:
        return unknown("E0308", "type", word, span, known)
    return error("E0308", f"unknown type `{word}`", span, help=f"say `{meant}`", replacement=meant)


def unknown_rule(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A rule that a test names and no policy has."""
    return unknown("E0309", "rule", word, span, known)


def duplicate(span: Span, what: str, word: str, first: str) -> Diagnostic:
    """A second declaration of a name."""
    return error(
        "E0310",
        f"{what} `{word}` is declared twice",
        span,
        label="declared again here",
        help=f"it is first declared at {first}; rename one of them",
    )


def adopted_already(span: Span, what: str, word: str, file: str) -> Diagnostic:
    """A declaration that stands in an adopted file too, of which this one may be a copy."""
    return error(
        "E0310",
        f"{what} `{word}` is declared twice",
        span,
        label="declared again here",
        help=f"`{file}` comes with what the profile adopts, and declares it: delete here all that "
        "stands there too, or rename what is not the same",
    )


def name_taken(span: Span, word: str, what: str, first: str) -> Diagnostic:
    """A name that means something else already, where both may stand as bare words."""
    return error(
        "E0320",
        f"`{word}` already names {what}",
        span,
        label="declared again here",
        help=f"it is first declared at {first}; rename one of them",
    )


def name_of_the_market(span: Span, word: str) -> Diagnostic:
    """A declaration by the name of the market that is being judged."""
    return error(
        "E0320",
        f"`{word}` already names the market that is being judged",
        span,
        help="choose another name",
    )


def two_meanings(span: Span, word: str, kind: Type) -> Diagnostic:
    """A bare word that is a parameter and a member of the type that is expected too."""
    return error(
        "E0323",
        f"`{word}` has two meanings here",
        span,
        label=f"a parameter, and {describe(kind)}",
        help="rename the parameter",
    )


def circular_definition(span: Span, names: Iterable[str]) -> Diagnostic:
    """A definition that rests on itself."""
    first, *others = names
    path = " → ".join(f"`{name}`" for name in (first, *others, first))
    return error(
        "E0321",
        f"the definition `{first}` rests on itself",
        span,
        label=path,
        help="say what it means in facts of the campaign, without its own name",
    )


def sprawling(span: Span, most: int) -> Diagnostic:
    """A condition that grows beyond measure once its definitions are written out."""
    return error(
        "E0322",
        "with all that its definitions mean, this condition has too many parts",
        span,
        help=f"written out it may have {most:,} parts, and no more than 64 within one another; "
        "use fewer definitions of definitions",
    )


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def uneven_row(span: Span, cells: int, columns: int) -> Diagnostic:
    """A row with another number of cells than its table has columns."""
    return error(
        "E0535",
        f"this row has {counted(cells, 'value')}, and the table {counted(columns, 'fact')}",
        span,
        help="set one value for each fact, and then what is expected, apart by `|`",
    )


def shadowing(span: Span, word: str) -> Diagnostic:
    """A bound name that hides another."""
    return error(
        "E0311",
        f"the name `{word}` is already in use here",
        span,
        help="give the element a name of its own",
    )


def ordinal_in_condition(span: Span) -> Diagnostic:
    """`[1]` outside a test."""
    return error(
        "E0312",
        "elements of a list are not counted in conditions",
        span,
        help="write `any x in … has (…)`; `[1]` belongs to tests",
    )


# --- types ------------------------------------------------------------------------------------


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
    return error("E0403", what, span, help="compare it: `… is …`, `… is at least …`")


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
    return error("E0406", f"`{operator}` cannot join {describe(left)} and {describe(right)}", span)


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
        help="a period is a group with the dates `start` and `end`, or `2026-07-20 to 2026-08-31`",
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


# --- structure --------------------------------------------------------------------------------


def missing_clause(span: Span, name: str, clause: str, why: str, what: str = "rule") -> Diagnostic:
    """A rule or declaration without a clause that all of its kind need."""
    return error(
        "E0501",
        f"the {what} `{name}` has no `{clause}`",
        span,
        help=why,
    )


def repeated_clause(span: Span, clause: str, what: str = "rule") -> Diagnostic:
    """A clause that may stand once."""
    return error("E0502", f"`{clause}` stands twice in this {what}", span)


_USELESS = {
    "oblige": "nobody is denied by it; its own text, in the main clause, is what a person is told",
    "permit when": "it denies nobody, and holds only where it is shown; what limits it stands in "
    "its condition",
}


def useless_clause(span: Span, clause: str, effect: str) -> Diagnostic:
    """A clause that has no use beside the main clause of its rule."""
    return error(
        "E0520",
        f"`{clause}` has no use in a rule that says `{effect}`",
        span,
        label="leave it out",
        help=_USELESS.get(effect, "only a permission lifts a rule: one that says `permit when …`"),
    )


def one_sided(span: Span, rule: str, clause: str) -> Diagnostic:
    """An override that stands at one end only."""
    return error(
        "E0521",
        f"`{rule}` does not say so at its end",
        span,
        label="both rules must name each other",
        help=f"add to the rule `{rule}`: `{clause}`",
    )


def lifts_mandatory(span: Span, rule: str) -> Diagnostic:
    """A permission despite a rule that nothing sets aside."""
    return error(
        "E0522",
        f"`{rule}` is mandatory, and no permission lifts it",
        span,
        help="take the rule out of this clause; whether it may be lifted is for its own "
        "`enforcement` to say",
    )


def nothing_to_lift(span: Span, permit: str) -> Diagnostic:
    """A permission despite a permission."""
    return error(
        "E0523",
        f"`{permit}` is itself a permission, and there is nothing in it to lift",
        span,
        help="name the rule that denies; permissions do not stand above or below each other",
    )


def not_a_permission(span: Span, rule: str) -> Diagnostic:
    """`subject to` a rule that permits nothing."""
    return error(
        "E0524",
        f"`{rule}` is no permission, and lifts nothing",
        span,
        help="only a rule that says `permit when …` lifts another",
    )


def second_demand(span: Span) -> Diagnostic:
    """Two main clauses in one rule."""
    return error(
        "E0511",
        "a rule makes one demand, and this is its second",
        span,
        help="write a second rule for it",
    )


def misplaced_clause(span: Span, clause: str) -> Diagnostic:
    """A clause of rules among the common clauses of a policy."""
    return error(
        "E0503",
        f"`{clause}` belongs into a rule",
        span,
        help="before the first rule stand only clauses common to all rules of the policy",
    )


def empty_window(span: Span) -> Diagnostic:
    """An end that is not after its beginning."""
    return error(
        "E0504",
        "this period is empty: `until` is not after `from`",
        span,
        help="`until` names the first day on which it no longer holds",
    )


def overlapping_editions(span: Span, name: str) -> Diagnostic:
    """Two editions of a set for one day."""
    return error("E0505", f"two editions of `{name}` hold on the same day", span)


def unlabelled_fact(span: Span, name: str) -> Diagnostic:
    """A fact without its label."""
    return error(
        "E0506",
        f"the fact `{name}` has no label",
        span,
        help='say in plain words what it is: `"lowest age the ads are shown to"`',
    )


def no_vocabulary(span: Span) -> Diagnostic:
    """Policies without facts to speak of."""
    return error(
        "E0507",
        "there is no vocabulary in this bundle",
        span,
        help="begin with the vocabulary that Assent ships: `assent new vocabulary`",
    )


def fact_depended_on(span: Span, path: str, kind: Type) -> Diagnostic:
    """A vocabulary without a fact that deciding itself depends on."""
    return error(
        "E0516",
        f"the vocabulary has no `{path}` that is {describe(kind)}",
        span,
        label="this vocabulary",
        help="every decision depends on it: where, when, and about which campaign",
    )


def second_vocabulary(span: Span, name: str, root: str) -> Diagnostic:
    """A vocabulary of another name than the first."""
    return error(
        "E0518",
        f"there is a second vocabulary, `{name}`, beside `{root}`",
        span,
        help=f"to add facts, write another block `vocabulary {root}`",
        replacement=root,
    )


def type_name_taken(span: Span, name: str) -> Diagnostic:
    """A group or type with the name of another kind of type."""
    return error(
        "E0519",
        f"`{name}` already names a type",
        span,
        help="give the group or list of words a name of its own",
    )


def incomplete_test(span: Span, step: str) -> Diagnostic:
    """A test that does not say what it is about."""
    return error("E0508", f"this test has no `{step}`", span)


def repeated_step(span: Span) -> Diagnostic:
    """A step of a test that may stand once."""
    return error("E0512", "this stands twice in one test", span, help="write a second test")


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


def placeholder(span: Span, text: str, reason: str, advice: str = "") -> Diagnostic:
    """A placeholder that cannot be filled in."""
    usual = "use a fact (`{campaign.…}`) or a name that the rule binds (`{segment.name}`)"
    return error(
        "E0509",
        f"the placeholder `{{{text}}}` cannot be filled in",
        span,
        label=reason,
        help=advice or usual,
    )


def empty_set(span: Span) -> Diagnostic:
    """Braces with nothing in them."""
    return error(
        "E0510",
        "this set has no members",
        span,
        help="a list that is known to have no elements `is empty`",
    )


def member_not_constant(span: Span) -> Diagnostic:
    """A fact or a calculation among the members of a set."""
    return error("E0517", "braces list values, not facts", span, help="write the value")


def edition_not_constant(span: Span, what: str) -> Diagnostic:
    """A fact or a calculation where a declaration states a value."""
    return error("E0517", f"a {what} states a value, not a fact", span, help="write the value")
