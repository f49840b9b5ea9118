"""What a writer probably meant by a comparison that cannot be made."""

from collections.abc import Iterable, Sequence

from ...source.diagnostic import Diagnostic
from ...source.quoting import series
from ...syntax import tree as syntax
from ...syntax.lexis import DATE_COMPARATORS, ORDER_COMPARATORS, Comparator
from ...syntax.notations import WORD_HABITS
from .. import faults
from ..code_names import code_meant
from ..fact_advice import NO_FACTS
from ..types import CODES, ListType, RecordType, Scalar, Type, element_type
from ..vocabulary import Fact
from .kinds import fitting
from .names import bare_word, is_member, quoted
from .periods import is_period
from .scope import Scope
from .several import list_advice

_MOST_FACTS = 3
_OF_PERIODS = (*ORDER_COMPARATORS, *DATE_COMPARATORS, Comparator.BETWEEN)
_OF_ELEMENTS = {
    Comparator.IS: ("any", "is"),
    Comparator.INCLUDES: ("any", "is"),
    Comparator.ONE_OF: ("any", "is one of"),
    Comparator.INCLUDES_ANY_OF: ("any", "is one of"),
    Comparator.NOT_ONE_OF: ("no", "is one of"),
    Comparator.INCLUDES_NONE_OF: ("no", "is one of"),
}
"""What says of the facts of some element, or of none, what a phrase says of a list of values."""

_OF_LISTS = {"is": "includes", "is one of": "includes any of"}

_OF_WORDS = {
    Comparator.INCLUDES: ("is like", "is"),
    Comparator.INCLUDES_ANY_OF: ("is like", "is one of"),
    Comparator.INCLUDES_NONE_OF: ("is not like", "is not one of"),
}
"""What says of words in a text, and what of a whole text, what a phrase says of a list."""

_OF_STATEMENT = {Comparator.EMPTY: "is unknown", Comparator.NOT_EMPTY: "is known"}


def period_advice(
    scope: Scope,
    period: syntax.Expression,
    comparator: Comparator,
    limits: Sequence[syntax.Expression],
) -> str:
    """Return what is asked of a period in place of a phrase for days or for sizes.

    `limits` are what it is compared with: two days, or one period.
    """
    words = scope.words(period.span)
    if comparator in ORDER_COMPARATORS:
        return f"its length is `{words}.end - {words}.start`"
    if comparator in DATE_COMPARATORS:
        return f"compare its first day, `{words}.start`, or its last, `{words}.end`"
    named = [scope.words(limit.span) for limit in limits]
    match limits:
        case (syntax.PeriodLiteral(start=start, end=end),):
            first, last = start.isoformat(), end.isoformat()
        case (_,):
            first, last = f"{named[0]}.start", f"{named[0]}.end"
        case _:
            first, last = named
    whole = f"{words}.start is on or after {first} and {words}.end is on or before {last}"
    some = f"{words} overlaps {' to '.join(named)}"
    if len(limits) > 1 and not all(isinstance(limit, syntax.DateLiteral) for limit in limits):
        some = f"{words}.start is on or before {last} and {words}.end is on or after {first}"
    return f"where all its days are meant, `{whole}`; where one is enough, `{some}`"


def comparison_advice(scope: Scope, node: syntax.Comparison, kind: Type) -> str | None:
    """Return what to write in place of a phrase that does not fit the type to its left."""
    if is_period(kind, scope.vocabulary) and node.comparator in _OF_PERIODS:
        return period_advice(scope, node.left, node.comparator, node.right)
    match kind:
        case ListType(element=RecordType(name=name)) if node.comparator in (
            Comparator.IS,
            Comparator.IS_NOT,
        ) and _first_member(node.right[0]) in ("none", "empty", "nothing"):
            return f"say `{node.comparator.phrase} empty`"
        case ListType(element=RecordType(name=name)):
            return _of_elements(scope, node, scope.vocabulary.records[name].facts.values())
        case RecordType(name=name):
            return _of_facts(scope, node, scope.vocabulary.records[name].facts.values())
        case ListType():
            return list_advice(scope, node, kind)
        case Scalar.TEXT if node.comparator in _OF_WORDS:
            return _of_words(scope, node)
        case Scalar() if node.comparator in _OF_STATEMENT:
            asked = _OF_STATEMENT[node.comparator]
            return f"only a list is empty; whether a fact is stated is asked with `{asked}`"
        case Scalar.DATE if isinstance(node.right[0], syntax.MeasureLiteral):
            return "subtract: `campaign.flight.end - campaign.flight.start` is a number of days"
        case _:
            instead = fitting(node.comparator, kind)
            return f"write `{instead}`" if instead else None


def _of_words(scope: Scope, node: syntax.Comparison) -> str:
    inside, whole = _OF_WORDS[node.comparator]
    right = node.right[0]
    first = right.members[0] if isinstance(right, syntax.SetLiteral) and right.members else right
    text = first.value if isinstance(first, syntax.TextLiteral) else "cure"
    return (
        f'of words in a text say `{inside} "*{text}*"`, each by itself; of the whole text '
        f"`{whole} {scope.words(right.span)}`"
    )


def _of_elements(scope: Scope, node: syntax.Comparison, facts: Iterable[Fact]) -> str:
    quantifier, phrase = _OF_ELEMENTS.get(node.comparator, ("any", ""))
    owner = scope.words(node.left.span)
    word = _first_member(node.right[0]) if node.right else ""
    meant = next(
        (fact for fact in facts if word and is_member(word, element_type(fact.type))), None
    )
    compared = "…"
    if meant is not None and phrase:
        verb = _OF_LISTS[phrase] if isinstance(meant.type, ListType) else phrase
        compared = f"x.{meant.name} {verb} {scope.words(node.right[0].span)}"
    return f"ask it of the elements: `{quantifier} x in {owner} has ({compared})`"


def _first_member(node: syntax.Expression) -> str:
    """Return the bare word that an expression is, or that it lists first; empty without one."""
    if isinstance(node, syntax.SetLiteral):
        return _first_member(node.members[0]) if node.members else ""
    return bare_word(node)


def _of_facts(scope: Scope, node: syntax.Comparison, facts: Iterable[Fact]) -> str:
    owner = scope.words(node.left.span)
    flags = [fact.name for fact in facts if fact.type is Scalar.YES_NO]
    named = flags if flags and _says_yes_or_no(node) else [fact.name for fact in facts]
    if not named:
        return NO_FACTS
    shown = series(f"{owner}.{name}" for name in named[:_MOST_FACTS])
    return f"compare one of its facts: {shown}{' …' if len(named) > _MOST_FACTS else ''}"


def _says_yes_or_no(node: syntax.Comparison) -> bool:
    match node.right:
        case (syntax.YesNoLiteral(),):
            return True
        case (right,):
            return bare_word(right).lower() in WORD_HABITS
        case _:
            return False


def set_needed(scope: Scope, node: syntax.Expression, element: Type) -> Diagnostic:
    """Return what to say of an expression that names no set and lists no members."""
    words = scope.words(node.span)
    word = quoted(node) or bare_word(node)
    if word and is_member(word, element):
        return faults.names.member_for_set(node.span, words, word)
    if word and word not in scope.sets and isinstance(element, Scalar) and element in CODES:
        meant = code_meant(element, word)
        if meant is not None:
            return faults.names.member_for_set(node.span, words, meant)
    return faults.names.unknown_set(node.span, words, scope.sets)
