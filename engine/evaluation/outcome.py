"""The outcome of a condition: its truth value in strong Kleene logic, with the evidence for it.

The evidence is what determined the outcome: of a false conjunction the false parts, of a true one
all of them, of an unknown one the unknown parts. The decision and its evidence therefore come from
the same evaluation, and cannot disagree.

Source: S. C. Kleene, Introduction to Metamathematics (1952), §64.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from ..semantics.types import Type

MOST_TOLD = 1_000
"""A junction tells of the first operands that determine it, until they have so many facts together.

A finding lists fewer by far, and to explain each of 90,000 ads takes long.
"""

Truth = bool | None
"""True, False, or None for unknown."""

Bindings = tuple[tuple[str, str], ...]
"""The names that quantifiers have bound, each with the JSON Pointer of its element."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that was read and determined the outcome.

    `value` is its text, `required` what it would have to be for the outcome to be different (empty
    for a fact that only accompanies another). `item` is the path of labelled items and definitions
    in which it was read, outermost first: ``(a) `reaches_minors`: (b)``. `is_presumed` says that
    the campaign does not state it.
    """

    pointer: str
    path: str
    label: str
    value: str
    required: str
    item: str = ""
    bindings: Bindings = ()
    is_presumed: bool = False


class WantedFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for want of which a condition is unknown.

    `why` says why a stated value does not do; it is empty for a fact that is missing. `type` is
    None for what is no fact of the vocabulary.
    """

    pointer: str
    path: str
    label: str
    type: Type | None = None
    why: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The truth of a condition, the evidence for it, and the facts wanted where it is unknown.

    Where it `is_cut`, there may be more of both.
    """

    truth: Truth
    evidence: tuple[Evidence, ...] = ()
    wanted: tuple[WantedFact, ...] = ()
    is_cut: bool = False

    def is_about(self, pointer: str) -> bool:
        """Whether some of the evidence is a value at a pointer, or below it."""
        return any(f"{seen.pointer}/".startswith(f"{pointer}/") for seen in self.evidence)

    def beside(self, seen: Evidence) -> "Outcome":
        """Return the outcome with one more fact that it goes by."""
        return replace(self, evidence=(*self.evidence, seen))

    def with_label(self, item: str) -> "Outcome":
        """Return the outcome as that of a labelled list item."""
        if not self.evidence:
            return self
        return replace(
            self, evidence=tuple(replace(s, item=_item(item, s.item)) for s in self.evidence)
        )

    def within_definition(self, name: str, bindings: Bindings) -> "Outcome":
        """Return the outcome as that of a definition; `bindings` are those around its name."""
        title = f"`{name}`:"
        within = (
            replace(seen, item=_item(title, seen.item), bindings=bindings) for seen in self.evidence
        )
        return replace(self, evidence=tuple(dict.fromkeys(within)))


def _item(outer: str, inner: str) -> str:
    """Return two paths of items as one: labels side by side, definitions set apart by a space."""
    is_apart = inner and (outer.endswith(":") or inner.startswith("`"))
    return f"{outer} {inner}" if is_apart else outer + inner


def unknown_for_want_of(wanted: Sequence[WantedFact]) -> Outcome:
    """Return the outcome of a comparison for which facts are wanted, some more than once."""
    return Outcome(truth=None, wanted=_once(wanted), is_cut=len(wanted) >= MOST_TOLD)


def negation(operand: Outcome) -> Outcome:
    """Return the outcome of a negated condition; the evidence is the same."""
    truth = None if operand.truth is None else not operand.truth
    return replace(operand, truth=truth)


def conjunction(operands: Sequence[Outcome]) -> Outcome:
    """Return the outcome of conditions joined by `and`; of none it is true."""
    return _junction(operands, decisive=False)


def disjunction(operands: Sequence[Outcome]) -> Outcome:
    """Return the outcome of conditions joined by `or`; of none it is false."""
    return _junction(operands, decisive=True)


def _junction(operands: Sequence[Outcome], *, decisive: bool) -> Outcome:
    if len(operands) == 1:
        # The program gives none but those that determine it, among which may be one alone.
        return replace(operands[0], is_cut=_weight(operands[0]) >= MOST_TOLD)
    for truth in (decisive, None, not decisive):
        # Where the decisive and the unknown are none, all are of the other truth.
        found = told(operand for operand in operands if operand.truth is truth)
        if found:
            return Outcome(
                truth=truth,
                evidence=_all_evidence(found),
                wanted=_once(each for operand in found for each in operand.wanted),
                is_cut=sum(map(_weight, found)) >= MOST_TOLD,
            )
    return Outcome(truth=not decisive)


def told(operands: Iterable[Outcome]) -> list[Outcome]:
    """Return the first of the operands that determine a junction: those of which it tells."""
    found, facts = [], 0
    for each in operands:
        found.append(each)
        facts += _weight(each)
        if facts >= MOST_TOLD:
            break
    return found


def _weight(operand: Outcome) -> int:
    """Return how many facts an operand counts for: one that is cut for all that are told."""
    return MOST_TOLD if operand.is_cut else len(operand.evidence) + len(operand.wanted) or 1


def _all_evidence(operands: Sequence[Outcome]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(seen for operand in operands for seen in operand.evidence))


def _once(wanted: Iterable[WantedFact]) -> tuple[WantedFact, ...]:
    """Return each fact once, with the first reason why what is stated does not do.

    Of two lists that are compared element by element, each fact would have a reason of its own for
    every element of the other. What is no fact of the campaign stands at no place, and has a name.
    """
    found: dict[str, WantedFact] = {}
    for each in wanted:
        found.setdefault(each.pointer or each.path, each)
    return tuple(found.values())
