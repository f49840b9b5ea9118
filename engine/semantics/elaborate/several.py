"""Several values where a comparison takes one: what their writer probably meant."""

from dataclasses import replace

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.lexis import Comparator
from .. import faults
from ..types import ListType, RecordType, Scalar, Type, element_type
from .names import bare_word, fact, is_member, names_fact, quoted
from .scope import Scope

_OF_VALUES = {Comparator.IS: "is one of", Comparator.IS_NOT: "is not one of"}
_OF_LISTS = {
    Comparator.IS: "includes any of",
    Comparator.IS_NOT: "includes none of",
    Comparator.INCLUDES: "includes any of",
}
"""What says of several values what a phrase says of a single one."""

_DENIES = {
    Comparator.IS: False,
    Comparator.ONE_OF: False,
    Comparator.INCLUDES: False,
    Comparator.IS_NOT: True,
    Comparator.NOT_ONE_OF: True,
}
"""The phrases that leave open how many elements of a list are meant, and whether they deny."""


def set_for_value(scope: Scope, node: syntax.Comparison, kind: Type) -> Diagnostic | None:
    """Return what to say where a phrase for one value is followed by a set; else None."""
    instead = _of_several(node.comparator, kind)
    if instead is None or not _names_several(scope, node.right[0], kind):
        return None
    right = node.right[0]
    words = scope.words(right.span)
    advice = list_advice(scope, node, kind) or f"say `{instead} {words}`"
    return faults.values.set_for_value(right.span, words, advice)


def list_advice(scope: Scope, node: syntax.Comparison, kind: Type) -> str | None:
    """Return how a list is compared where a phrase for one value leaves open how many are meant.

    `kind` is the type to the left; None where it is no list, or the phrase is one for lists.
    """
    if not isinstance(kind, ListType) or node.comparator not in _DENIES:
        return None
    owner, words = scope.words(node.left.span), scope.words(node.right[0].span)
    is_single = node.comparator in _OF_LISTS and not _names_several(scope, node.right[0], kind)
    if node.comparator is Comparator.INCLUDES:
        return (
            f"say `includes any of {words}` where some are, `includes all of {words}` where all are"
        )
    if _DENIES[node.comparator]:
        listed, member = (f"{{{words}}}", "is not") if is_single else (words, "is not one of")
        return (
            f"say `{owner} includes none of {listed}` where none is, "
            f"`any x in {owner} has (x {member} {words})` where some are not"
        )
    some, member = ("includes", "is") if is_single else ("includes any of", "is one of")
    return (
        f"say `{owner} {some} {words}` where some are, "
        f"`every x in {owner} has (x {member} {words})` where all are"
    )


def _names_several(scope: Scope, node: syntax.Expression, kind: Type) -> bool:
    """Whether an expression is a set, named or listed, or a fact that is a list."""
    word = bare_word(node)
    is_named = word in scope.sets and not is_member(word, element_type(kind))
    return (
        is_named
        or isinstance(node, syntax.SetLiteral)
        or isinstance(_type_of(scope, node), ListType)
    )


def alternative(
    scope: Scope,
    kind: syntax.JunctionKind,
    last: syntax.Comparison | None,
    node: syntax.Expression,
) -> Diagnostic | None:
    """Return what to say of a value that goes on with the last comparison before it; else None.

    `campaign.objective is sales or leads` is read as two conditions, and the second is none.
    """
    word = quoted(node) or bare_word(node)
    if not word or last is None or last.comparator not in _OF_LISTS or word in scope.definitions:
        return None
    compared = _type_of(scope, last.left)
    instead = _of_several(last.comparator, compared) if compared is not None else None
    if compared is None or instead is None:
        return None
    element = element_type(compared)
    if not is_member(word, element) and not (quoted(node) and element is Scalar.TEXT):
        return None
    if last.comparator is Comparator.INCLUDES and kind is syntax.JunctionKind.AND:
        instead = "includes all of"
    left, first, second = (scope.words(each.span) for each in (last.left, last.right[0], node))
    return faults.values.alternative(node.span, second, f"{left} {instead} {{{first}, {second}}}")


def _of_several(comparator: Comparator, kind: Type) -> str | None:
    if isinstance(kind, RecordType) or isinstance(element_type(kind), RecordType):
        return None
    return (_OF_LISTS if isinstance(kind, ListType) else _OF_VALUES).get(comparator)


def _type_of(scope: Scope, node: syntax.Expression) -> Type | None:
    """Return the type of a fact; None of anything else, and where it has faults."""
    if not isinstance(node, syntax.Path) or not names_fact(scope, node.steps[0]):
        return None
    found = fact(replace(scope, report=lambda _: None), node)
    return None if found is None else found.type
