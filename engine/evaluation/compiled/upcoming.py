"""The rules to come, as `evaluation.upcoming` finds them, from tables of the days of change."""

from dataclasses import replace

from msgspec import structs

from ..moment import Days
from ..result import Status, Upcoming
from .candidates import CandidateSelector
from .decision_state import DecisionState, EvaluateRow
from .index import bits


def upcoming(
    selector: CandidateSelector, now: DecisionState, evaluate_row: EvaluateRow
) -> tuple[Upcoming, ...]:
    """Return the rules that a campaign without end would violate on a later day, by day and id."""
    certain = now.context.moment.certain
    if certain is None or certain.last is None or not now.flight.endless:
        return ()
    results = now.results_by_row().items()
    violated = sum(1 << row for row, each in results if each.status is Status.VIOLATED)
    waiting, found = selector.all_rows & ~violated, []
    for day in selector.days_of_change(certain.last, selector.all_rows):
        if day == certain.last:
            continue
        then = structs.replace(now.context.moment, certain=Days(first=day, last=day), possible=None)
        later = replace(now.context, moment=then)
        for row in bits(selector.changing_on(day) & waiting):
            result = evaluate_row(row, later)
            if result.status is Status.VIOLATED:
                waiting &= ~(1 << row)
                found.append(Upcoming(day=day, result=result))
    return tuple(found)
