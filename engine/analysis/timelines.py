"""Sets as a matter of days: which members hold when, and whether they only ever grow.

A timeline is a row of spans of days with the members that hold in them; days in no span have none,
and what is asked of them is unknown. Spans that follow each other with the same members are one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ..semantics.tree import Constant, Edition, SetDefinition, SetTerm, Window

Members = frozenset[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Members over a window of time."""

    window: Window
    members: Members


Timeline = tuple[Span, ...]


def timeline(definition: SetDefinition) -> Timeline:
    """Return the timeline of a declared set."""
    found: list[Span] = []
    for edition in definition.editions:
        members: Members = frozenset(edition.members)
        last = found[-1] if found else None
        if last is not None and last.members == members and _follows(last.window, edition):
            window = Window(start=last.window.start, until=edition.window.until)
            found[-1] = Span(window=window, members=members)
        else:
            found.append(Span(window=edition.window, members=members))
    return tuple(found)


def _follows(window: Window, edition: Edition) -> bool:
    return window.until is not None and window.until == edition.window.start


def always(members: Members) -> Timeline:
    """Return the timeline of members that a policy lists itself."""
    return (Span(window=Window(), members=members),)


def timeline_of(term: SetTerm | Constant, sets: Mapping[str, SetDefinition]) -> Timeline:
    """Return the timeline of a set that is named or listed."""
    if isinstance(term, SetTerm):
        return timeline(sets[term.name])
    return always(listed(term))


def listed(term: Constant) -> Members:
    """Return the members that a policy lists itself."""
    return frozenset(term.value) if isinstance(term.value, frozenset) else frozenset({term.value})


def newest(term: SetTerm | Constant, sets: Mapping[str, SetDefinition]) -> Members:
    """Return the members as of the newest edition."""
    spans = timeline_of(term, sets)
    return spans[-1].members if spans else frozenset()


def growth(old: Timeline, new: Timeline) -> bool | None:
    """Whether a set has gained members on some days and lost none, or the other way round.

    None where neither is so, or where it holds on other days than before.
    """
    pairs = list(_day_by_day(old, new))
    if any(one is None or other is None for one, other in pairs):
        return None
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    if all(one <= other for one, other in known):
        return True
    return False if all(one >= other for one, other in known) else None


def _day_by_day(old: Timeline, new: Timeline) -> Iterator[tuple[Members | None, Members | None]]:
    """Yield what both hold for each state of the law, leaving out days on which neither holds."""
    days = {date.min}
    for span in (*old, *new):
        days |= {day for day in (span.window.start, span.window.until) if day is not None}
    for day in sorted(days):
        one, other = _on(old, day), _on(new, day)
        if one is not None or other is not None:
            yield one, other


def _on(spans: Timeline, day: date) -> Members | None:
    return next((span.members for span in spans if span.window.meets(day, day)), None)
