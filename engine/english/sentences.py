"""Conditions of the typed core as sentences of plain English.

Every node has its words here, and what is denied is denied within: *not (a or b)* reads `neither`
as two denials, which in three-valued logic is the same. The words use the labels of facts and of
lists, never their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from ..semantics.tree import (
    ELEMENT,
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    Parameter,
    ParameterTerm,
    Policies,
    QuantifiedCondition,
    Rule,
    SetTerm,
    TodayTerm,
    ValueTerm,
    Window,
    conditions_below,
)
from ..semantics.types import Scalar
from ..source.quoting import joined
from ..syntax.lexis import Comparator
from ..syntax.tree import AggregateKind, ArithmeticOperator, JunctionKind, QuantifierKind
from . import labels
from .amounts import constant, day, members
from .consequences import in_force, opening
from .phrase import Item, Phrase, sentence

_OPERATORS = {
    ArithmeticOperator.ADD: "plus",
    ArithmeticOperator.SUBTRACT: "minus",
    ArithmeticOperator.MULTIPLY: "times",
    ArithmeticOperator.DIVIDE: "divided by",
}
_AGGREGATES = {
    AggregateKind.COUNT: "number of",
    AggregateKind.SUM: "sum of",
    AggregateKind.LOWEST: "lowest of",
    AggregateKind.HIGHEST: "highest of",
    AggregateKind.AVERAGE: "average of",
}
_LEADS = {
    (JunctionKind.AND, False): "all of the following hold:",
    (JunctionKind.AND, True): "not all of the following hold:",
    (JunctionKind.OR, False): "at least one of the following holds:",
    (JunctionKind.OR, True): "none of the following holds:",
}
_CONJUNCTIONS = {JunctionKind.AND: "and", JunctionKind.OR: "or"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes conditions; `named` are the elements in scope that need their names to be told apart.

    `nested` says that a series stands within other words, and must show where it begins.
    """

    policies: Policies
    named: frozenset[str] = frozenset()
    nested: bool = False

    def condition(self, node: Condition, *, truth: bool = True) -> Phrase:
        """Return a condition as a phrase, or its denial where `truth` is false."""
        match node:
            case FactCondition(fact=fact):
                return Phrase(words=self._stated(fact, truth=truth))
            case ComparisonCondition():
                return Phrase(words=self._compared(node, truth=truth))
            case NegatedCondition(operand=operand):
                return self.condition(operand, truth=not truth)
            case JunctionCondition(labels=names) if names:
                return self._listed(node, truth=truth)
            case JunctionCondition():
                return self._joined(node, truth=truth)
            case QuantifiedCondition():
                return self._over(node, truth=truth)
            case DefinedCondition(label=label):
                stated = label if truth else labels.denied_as_a_whole(label)
                return Phrase(words=f"{stated} (as defined){node.month_end.remark}")
        assert_never(node)

    def sentence(self, node: Condition, lead: str = "") -> Phrase:
        """Return a condition as a whole sentence, behind the words that lead up to it."""
        phrase = self.condition(node)
        if lead and phrase.words.startswith("for "):
            lead = f"{lead.rstrip()}, "
        return sentence(phrase.after(lead))

    # --- conditions together -----------------------------------------------------------------

    def _listed(self, node: JunctionCondition, *, truth: bool) -> Phrase:
        inner = replace(self, nested=False)
        phrases = [inner.condition(operand) for operand in node.operands]
        # After "not all" and "none" the items are still joined as they were written.
        conjunction = _CONJUNCTIONS[node.kind]
        endings = [*(";" for _ in phrases[2:]), f"; {conjunction}", ""][-len(phrases) :]
        items = tuple(
            Item(label=label, phrase=phrase, ending=ending)
            for label, phrase, ending in zip(node.labels, phrases, endings, strict=True)
        )
        return Phrase(words=_LEADS[node.kind, not truth], items=items)

    def _joined(self, node: JunctionCondition, *, truth: bool) -> Phrase:
        inner = replace(self, nested=True)
        parts = [_line(inner.condition(operand, truth=truth)) for operand in node.operands]
        both = (node.kind is JunctionKind.AND) is truth
        # A quantifier speaks of all that follows it, so it is closed where something follows.
        *others, last = [f"({part})" if _is_open(part) else part for part in parts]
        # So does what `either … or` ends on: *either a or b and c* may be read in two ways.
        others = [f"({part})" if part.startswith(("both ", "either ")) else part for part in others]
        conjunction = "and" if both else "or"
        if self.nested and len(parts) == 2:
            return Phrase(words=f"{'both' if both else 'either'} {others[0]} {conjunction} {last}")
        words = f"{', '.join(others)} {conjunction} {parts[-1]}"
        return Phrase(words=f"({words})" if self.nested else words)

    def _over(self, node: QuantifiedCondition, *, truth: bool) -> Phrase:
        below = conditions_below(node.condition)
        is_named = bool(self.named) or any(isinstance(part, QuantifiedCondition) for part in below)
        named = self.named | {node.variable} if is_named else self.named
        inner = replace(self, named=named)
        name = f" (the “{_spaced(node.variable)}”)" if is_named else ""
        any_of, every, none = self._quantities(node.collection)
        phrase = inner.condition(node.condition)
        if node.kind is QuantifierKind.EVERY:
            lead = f"for {every}{name}{', if there are any' if node.if_any else ''}, "
            return phrase.after(lead if truth else f"it is not the case that, {lead}")
        if (node.kind is QuantifierKind.ANY) is truth:
            return phrase.after(f"for {any_of}{name}, ")
        comma = "," if phrase.words.startswith("for ") else ""
        return phrase.after(f"there is {none}{name} for which{comma} ")

    def _quantities(self, collection: FactTerm) -> tuple[str, str, str]:
        """Return how at least one, every one and none of the elements of a list are called."""
        whose = self._whose(collection)
        if not labels.is_question(collection.label):
            all_of_them = f"the {labels.bare(collection.label)}{whose}"
            return (
                f"at least one of {all_of_them}",
                f"each of {all_of_them}",
                f"none among {all_of_them}",
            )
        one = f"{self._element(collection)}{whose}"
        return f"at least one {one}", f"each {one}", f"no {one}"

    def _element(self, collection: FactTerm) -> str:
        element = getattr(collection.type, "element", None)
        shape = self.policies.vocabulary.records.get(getattr(element, "name", ""))
        if shape is None or labels.is_question(shape.label):
            return f"entry under “{collection.label}”"
        return labels.bare(shape.label)

    # --- single conditions ---------------------------------------------------------------------

    def _stated(self, fact: FactTerm, *, truth: bool) -> str:
        label = fact.label if fact.path else f"{self.value(fact)} is true"
        return (label if truth else labels.denied(label)) + self._whose(fact)

    def _compared(self, node: ComparisonCondition, *, truth: bool) -> str:
        left = node.left
        comparator = node.comparator if truth else node.comparator.opposite or node.comparator
        is_denied = not truth and comparator is node.comparator
        phrase = comparator.denial if is_denied else comparator.phrase
        match comparator:
            case Comparator.IS | Comparator.IS_NOT:
                return self._equal(left, node.right[0], truth=comparator is Comparator.IS)
            case (
                Comparator.AT_LEAST
                | Comparator.AT_MOST
                | Comparator.MORE_THAN
                | Comparator.EXCEEDS
                | Comparator.LESS_THAN
                | Comparator.BEFORE
                | Comparator.AFTER
                | Comparator.ON_OR_BEFORE
                | Comparator.ON_OR_AFTER
                | Comparator.LIKE
                | Comparator.NOT_LIKE
            ):
                return f"{self._subject(left)} {phrase} {self.value(node.right[0])}"
            case Comparator.BETWEEN:
                low, high = (self.value(bound) for bound in node.right)
                return f"{self._subject(left)} {phrase} {low} and {high} (both included)"
            case Comparator.WITHIN:
                length, anchor = (self.value(term) for term in node.right)
                side = "before" if node.within < 0 else "after"
                counted = node.month_end.remark
                return f"{self._subject(left)} {phrase} {length} {side} {anchor}{counted}"
            case Comparator.ONE_OF | Comparator.NOT_ONE_OF:
                return f"{self._subject(left)} {self._choice(comparator, node.right[0])}"
            case (
                Comparator.INCLUDES
                | Comparator.INCLUDES_ANY_OF
                | Comparator.INCLUDES_ALL_OF
                | Comparator.INCLUDES_NONE_OF
            ):
                included = self._inclusion(comparator, node.right[0], truth=not is_denied)
                return f"{included} among {self._members_of(left)}"
            case Comparator.KNOWN | Comparator.UNKNOWN:
                return self._known(left, truth=comparator is Comparator.KNOWN)
            case Comparator.EMPTY | Comparator.NOT_EMPTY:
                listed = "nothing" if comparator is Comparator.EMPTY else "something"
                return f"{listed} is listed under {self._heading(left)}"
            case Comparator.OVERLAPS:
                raise AssertionError(comparator)  # The core compares the days of periods.
        assert_never(comparator)

    def _equal(self, left: ValueTerm, right: ValueTerm, *, truth: bool) -> str:
        match left, right:
            case FactTerm(type=Scalar.YES_NO), Constant(value=bool(flag)):
                return self._stated(left, truth=flag is truth)
            case _:
                verb = "is" if truth else "is not"
                same = " the same as" if isinstance(right, FactTerm) else ""
                return f"{self._subject(left)} {verb}{same} {self.value(right)}"

    def _known(self, left: ValueTerm, *, truth: bool) -> str:
        negation = "" if truth else " not"
        match left:
            case FactTerm(type=Scalar.YES_NO, label=label):
                return f"it is{negation} stated whether {label}{self._whose(left)}"
            case FactTerm(label=label) if labels.is_question(label):
                return f"it is{negation} stated {label}{self._whose(left)}"
            case _:
                several = isinstance(left, FactTerm) and labels.is_plural(left.label)
                return f"{self._subject(left)} {'are' if several else 'is'}{negation} stated"

    def _choice(self, comparator: Comparator, some: ValueTerm) -> str:
        is_in = comparator is Comparator.ONE_OF
        if isinstance(some, Constant):
            words = members(some)
            return f"is {joined(words, 'or')}" if is_in else f"is {_none_of(words)}"
        return f"is {'' if is_in else 'not '}one of {self.value(some)}"

    def _inclusion(self, comparator: Comparator, some: ValueTerm, *, truth: bool) -> str:
        negation = "" if truth else " not"
        words = members(some) if isinstance(some, Constant) else None
        match comparator:
            case Comparator.INCLUDES_NONE_OF:
                if words and len(words) == 1:
                    return f"{words[0]} is not"
                none = _none_of(words) if words else f"none of {self.value(some)}"
                return f"{none} is"
            case Comparator.INCLUDES_ANY_OF:
                return (
                    f"{joined(words, 'or') if words else f'at least one of {self.value(some)}'} is"
                )
            case Comparator.INCLUDES_ALL_OF:
                together = joined(words, "and") if words else self.value(some)
                both = "both" if words and len(words) == 2 else "all"
                return f"{together} are{negation} {both}"
            case _:
                return f"{self.value(some)} is{negation}"

    # --- values --------------------------------------------------------------------------------

    def value(self, term: ValueTerm) -> str:  # noqa: C901 - one case for each kind of value.
        """Return a value as a noun phrase."""
        match term:
            case Constant():
                return constant(term)
            case FactTerm() if term.is_market:
                return "the market"
            case FactTerm(path=()):
                return "it" if not self.named else f"the “{_spaced(term.label)}”"
            case FactTerm(type=Scalar.YES_NO, label=label):
                return f"the answer to “whether {label}”{self._whose(term)}"
            case FactTerm(label=label):
                return f"{labels.noun(label)}{self._whose(term)}"
            case TodayTerm():
                return "the day of the decision"
            case ArithmeticTerm():
                return self._arithmetic(term)
            case ParameterTerm(name=name):
                return self._set_value(self.policies.parameters[name])
            case AggregateTerm():
                return self._aggregate(term)
            case LookupTerm(label=label, arguments=arguments):
                values = joined([self.value(each) for each in arguments], "and")
                return f"the {labels.bare(label)} for {values} (by table)"
            case SetTerm(name=name):
                return f"the {labels.bare(self.policies.sets[name].label)}"
        assert_never(term)

    def _set_value(self, parameter: Parameter) -> str:
        """Return what a parameter is, and each of its values: a reader may ask for any day.

        Where no value follows at once, the last day of the one before is told.
        """
        values: list[str] = []
        starts = {edition.window.start for edition in parameter.editions}
        for edition in parameter.editions:
            start, until = edition.window.start, edition.window.until
            since = f"from {day(start)} on " if values and start is not None else ""
            ends = until is not None and until not in starts
            last = f" {in_force(Window(until=until))}" if ends else ""
            values.append(f"{since}{constant(edition.content)}{last}")
        return f"{', '.join(values)} (the {labels.bare(parameter.label)}, as set)"

    def _arithmetic(self, term: ArithmeticTerm) -> str:
        left, right = (
            f"({self.value(each)})"
            if isinstance(each, ArithmeticTerm | AggregateTerm)
            else self.value(each)
            for each in (term.left, term.right)
        )
        is_product = term.operator is ArithmeticOperator.MULTIPLY
        is_share = is_product and isinstance(term.left, Constant) and left.endswith("%")
        word = "of" if is_share else _OPERATORS[term.operator]
        return f"{left} {word} {right}{term.month_end.remark}"

    def _aggregate(self, term: AggregateTerm) -> str:
        words = f"the {_AGGREGATES[term.kind]}"
        inner = replace(self, named=self.named | {term.variable}, nested=False)
        if term.value is not None and term.variable != ELEMENT:
            words += f" {inner.value(term.value)}, for each of"
        named = f" {self._all_of(term.collection)}"
        if term.where is None:
            return words + named
        chosen = _line(inner.condition(term.where))
        is_closed = _is_single(term.where) and not _is_open(chosen)
        return f"{words}{named} for which {chosen if is_closed else f'({chosen})'}"

    def _all_of(self, collection: FactTerm) -> str:
        whose = self._whose(collection)
        if labels.is_question(collection.label):
            return f"the entries under “{collection.label}”{whose}"
        return f"the {labels.bare(collection.label)}{whose}"

    def _subject(self, term: ValueTerm) -> str:
        """Return a value before its verb; an insertion at its end is closed by a comma."""
        words = self.value(term)
        inserts = isinstance(term, FactTerm) and "," in term.label and "”" not in words
        return f"{words}," if inserts else words

    def _members_of(self, term: ValueTerm) -> str:
        words = self.value(term)
        return words.replace("the answer to", "the answers to", 1)

    def _heading(self, term: ValueTerm) -> str:
        if not isinstance(term, FactTerm):
            return self.value(term)
        return f"“{term.label}”{self._whose(term)}"

    def _whose(self, fact: FactTerm) -> str:
        """Return whose fact it is, where several elements are spoken of at once."""
        if fact.variable is None or fact.variable not in self.named or not fact.path:
            return ""
        return f" (of the “{_spaced(fact.variable)}”)"


def demand(writer: Writer, rule: Rule) -> Phrase:
    """Return what a rule demands, as a sentence."""
    return writer.sentence(rule.main.condition, f"{opening(rule)} ")


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _line(phrase: Phrase) -> str:
    """Return a phrase on one line; one with items is closed, so that it is seen where it ends."""
    return f"({phrase.text})" if phrase.items else phrase.words


def _is_open(part: str) -> bool:
    return part.startswith(("for ", "there is ", "it is not the case that"))


def _is_single(node: Condition) -> bool:
    """Whether a condition reads as one, or is closed as a list with labels is."""
    if isinstance(node, NegatedCondition):
        return _is_single(node.operand)
    return not isinstance(node, JunctionCondition) or bool(node.labels)


def _none_of(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"not {words[0]}"
    if len(words) == 2:
        return f"neither {words[0]} nor {words[1]}"
    return f"none of {joined(words, 'and')}"
