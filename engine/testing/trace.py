"""Why a test failed: the clause that decided, part by part, with the values that it read.

Each part carries its truth: true, false, or unknown. Of a quantifier over many elements those are
shown that decide it. What is shown is what the reference evaluator says of each part.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from ..evaluation.outcome import Truth
from ..evaluation.result import RuleResult, Status
from ..semantics.cases import without_ordinals
from ..semantics.reading import paths_read
from ..semantics.tree import (
    ComparisonCondition,
    DefinedCondition,
    FactCondition,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
    Rule,
    clauses_of,
)
from ..source.text import Location
from ..syntax.tree import Expected, JunctionKind
from .judgments import Heard, Judgment, RuleRecord, record
from .parts import Words, short
from .runner import CaseResult

MOST_RULES = 4
MOST_ELEMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """A part of a clause at its depth, or a value below it; `truth` is that of the part."""

    depth: int
    text: str
    truth: Truth = None
    is_value: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseTrace:
    """A clause, what it came to, and its parts."""

    text: str
    location: Location
    lines: tuple[TraceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """What a rule came to in a test, and the clauses that decided it; `reason` may be empty."""

    rule: Rule
    status: Status
    reason: str
    clauses: tuple[ClauseTrace, ...]


def traces(result: CaseResult, words: Words) -> tuple[RuleTrace, ...]:
    """Return the rules on which a failed test turns, those that it names first."""
    if result.context is None or result.decision is None:
        return ()
    records = {r.rule.id: record(r.rule, result.context) for r in result.decision.results}
    named = _named(result, records, result.context.policies.vocabulary.root)
    names = dict.fromkeys((*named, *_standing(result.decision.results)))
    return tuple(_trace(records[name], words) for name in list(names)[:MOST_RULES])


def _named(result: CaseResult, records: dict[str, RuleRecord], root: str) -> Iterator[str]:
    """Yield the rules that an unmet expectation names, or that read a fact which it names."""
    for unmet in result.unmet:
        yield from unmet.rules
        if unmet.expected is Expected.DENY_FOR_WANT_OF:
            wanted = {without_ordinals(path) for path in unmet.paths}
            reading = (r for r in records.values() if wanted & {*paths_read(r.result.rule, root)})
            ordered = sorted(reading, key=lambda found: not found.heard)
            yield from (found.result.rule.id for found in ordered)


def _standing(results: Iterable[RuleResult]) -> Iterator[str]:
    for status in (Status.VIOLATED, Status.UNDETERMINED):
        yield from (r.rule.id for r in results if r.status is status and r.is_enforced)


def _trace(found: RuleRecord, words: Words) -> RuleTrace:
    result = found.result
    deciding = tuple(_deciding(found))
    return RuleTrace(
        rule=result.rule,
        status=result.status,
        reason="" if deciding else result.reason,
        clauses=tuple(
            ClauseTrace(
                text=short(heard.clause.text),
                location=heard.clause.location,
                lines=tuple(_lines(heard.judgment, words, 0)),
            )
            for heard in deciding
        ),
    )


def _deciding(found: RuleRecord) -> Iterator[Heard]:
    """Yield the clauses that made the status, on the day and in the market that led furthest."""
    rule = found.result.rule
    heard_there = [heard for heard in found.heard if _is_about(heard, found.result)]
    settings = dict.fromkeys((heard.day, heard.market) for heard in heard_there)
    by_setting = [[h for h in heard_there if (h.day, h.market) == each] for each in settings]
    main = len(rule.applicability)
    scopes = len(clauses_of(rule))
    for heard in max(by_setting, key=len, default=[]):
        truth = heard.judgment.truth
        match found.result.status:
            case Status.NOT_APPLICABLE:
                decides = truth is False
            case Status.SATISFIED:
                decides = heard.index == main
            case Status.EXCEPTED:
                decides = main < heard.index < scopes and truth is True
            case Status.UNDETERMINED:
                decides = truth is None
            case Status.VIOLATED | Status.WAIVED:
                decides = heard.index >= main
            case _:
                assert_never(found.result.status)
        if decides:
            yield heard


def _is_about(heard: Heard, result: RuleResult) -> bool:
    """Whether a clause was judged in a market that the result is about."""
    market, markets = heard.market, result.markets
    return market is None or markets is None or market.code in markets


def _lines(judgment: Judgment, words: Words, depth: int) -> Iterator[TraceLine]:
    """Yield a part and what stands below it."""
    element = f"{judgment.element}: " if judgment.element else ""
    yield TraceLine(depth=depth, text=element + _head(judgment, words), truth=judgment.truth)
    for read in judgment.read:
        yield TraceLine(depth=depth + 1, text=f"{read.path} = {read.shown}", is_value=True)
    shown = _shown(judgment)
    labels = _labels(judgment)
    for index, inner in enumerate(shown):
        first, *further = _lines(inner, words, depth + 1)
        label = labels[index] if labels else ""
        yield TraceLine(depth=first.depth, text=label + first.text, truth=first.truth)
        yield from further
    if rest := len(judgment.inner) - len(shown):
        yield TraceLine(depth=depth + 1, text=f"and {rest:,} more of the list", is_value=True)


def _labels(judgment: Judgment) -> list[str]:
    condition = judgment.condition
    labels = condition.labels if isinstance(condition, JunctionCondition) else ()
    return [f"({label}) " for label in labels]


def _shown(judgment: Judgment) -> tuple[Judgment, ...]:
    """Return the judgments below; of the elements of a list, first those that stand out."""
    is_list = isinstance(judgment.condition, QuantifiedCondition | ComparisonCondition)
    if not is_list or len(judgment.inner) <= MOST_ELEMENTS:
        return judgment.inner
    usual = max((True, False, None), key=[each.truth for each in judgment.inner].count)
    return tuple(sorted(judgment.inner, key=lambda each: each.truth is usual)[:MOST_ELEMENTS])


def _head(judgment: Judgment, words: Words) -> str:
    condition = judgment.condition
    match condition:
        case FactCondition() | ComparisonCondition():
            return words.of_condition(condition)
        case JunctionCondition(kind=kind):
            return "all of these" if kind is JunctionKind.AND else "any of these"
        case NegatedCondition():
            return "not"
        case DefinedCondition(name=name, label=label):
            return f"{name}: {label}"
        case QuantifiedCondition(kind=quantifier, variable=variable, collection=collection):
            return f"{quantifier.value} {variable} in {collection.text}"
    assert_never(condition)
