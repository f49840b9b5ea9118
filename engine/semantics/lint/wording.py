"""How claims and contradictions read: `campaign.age` cannot both exceed 18 and be less than 13."""

from typing import assert_never

from ...source.quoting import joined, series
from ...syntax.lexis import Comparator
from ..tree import (
    ComparisonCondition,
    DefinedCondition,
    FactCondition,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
)
from .claims import Claim, Subject, subject
from .proof import Contradiction

_LONGEST_TEXT = 60


def contradiction_text(contradiction: Contradiction) -> str:
    """Return a contradiction in words: what is denied last, else as the policy says it."""
    claims = sorted(
        contradiction.claims,
        key=lambda each: (_verb_phrase(each).startswith("not "), each.condition.span.start),
    )
    name, about = _subject(claims[0])
    if not name or any(_subject(claim)[1] != about for claim in claims):
        return f"{series(map(claim_text, claims), 'and')} exclude each other"
    match [_verb_phrase(claim) for claim in claims]:
        case [alone]:
            return f"`{name}` cannot {alone}"
        case [one, other]:
            return f"`{name}` cannot both {one} and {other}"
        case several:
            return f"`{name}` cannot at once {joined(several, 'and')}"


def _subject(claim: Claim) -> tuple[str, Subject]:
    """Return what a comparison is about, as it was written first; empty where it is none."""
    match claim.condition:
        case FactCondition(fact=term) | ComparisonCondition(left=term):
            return term.text, subject(term, claim.bound)
        case _:
            return "", None


def _verb_phrase(claim: Claim) -> str:
    """Return what is said of the subject, to stand behind `cannot`."""
    match claim.condition:
        case FactCondition():
            return "be yes" if claim.truth else "be no"
        case ComparisonCondition() as condition:
            comparator = condition.comparator
            phrase = comparator.phrase if claim.truth else comparator.denial
            return " ".join((_infinitive(phrase), *_partners(condition)))
        case _:
            return "hold"


def _infinitive(phrase: str) -> str:
    first, _, rest = phrase.partition(" ")
    match first:
        case "exceeds":
            return "exceed"
        case "includes":
            return f"include {rest}".rstrip()
        case "does":
            return rest
        case _:
            return f"be {rest}".rstrip()


def _partners(condition: ComparisonCondition) -> list[str]:
    right = [shortened(term.text) for term in condition.right]
    match condition.comparator:
        case Comparator.BETWEEN:
            return [right[0], "and", right[1]]
        case Comparator.WITHIN:
            return [right[0], "before" if condition.within < 0 else "after", right[1]]
        case _:
            return right


def shortened(text: str) -> str:
    """Return a text cut to what fits into a message."""
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def claim_text(claim: Claim) -> str:
    """Return a claim in the words of the policy, as near as they are known."""
    text = _said(claim)
    return text if claim.truth else f"not {text}"


def _said(claim: Claim) -> str:
    match claim.condition:
        case FactCondition(fact=fact):
            return fact.text
        case ComparisonCondition(left=left, comparator=comparator) as condition:
            return " ".join((left.text, comparator.phrase, *_partners(condition)))
        case QuantifiedCondition(collection=collection):
            return f"the condition on {collection.text}"
        case DefinedCondition(name=name):
            return name
        case JunctionCondition(operands=operands):
            return _said(claim.about(operands[0])) + " …"
        case NegatedCondition(operand=operand):
            return f"not {_said(claim.about(operand))}"
    assert_never(claim.condition)
