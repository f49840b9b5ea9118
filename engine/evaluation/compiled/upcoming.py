"""The rules to come, as `evaluation.upcoming` finds them, from tables of the days of change."""

from msgspec.structs import replace

from ..moment import moment
from ..result import Status, Upcoming
from ..upcoming import is_to_come
from .candidates import CandidateSelector
from .decision_state import DecisionState, EvaluateRow
from .index import bits


def upcoming(
    selector: CandidateSelector, now: DecisionState, evaluate_row: EvaluateRow
) -> tuple[Upcoming, ...]:
    """Return the rules that will stand against a campaign without end, by day and id."""
    certain = now.context.moment.certain
    if certain is None or certain.last is None or not now.flight.endless:
        return ()
    statuses = {row: result.status for row, result in now.results_by_row().items()}
    violated = sum(1 << row for row, status in statuses.items() if status is Status.VIOLATED)
    waiting, found = selector.all_rows & ~violated, []
    for day in selector.days_of_change(certain.last, selector.all_rows):
        if day == certain.last:
            continue
        later = replace(now.context, moment=moment(now.flight, day))
        for row in bits(selector.changing_on(day) & waiting):
            result = evaluate_row(row, later)
            if is_to_come(statuses.get(row, Status.SATISFIED), result.status):
                waiting &= ~(1 << row)
                found.append(Upcoming(day=day, result=result))
    return tuple(found)
