"""Dated declarations as a matter of days: what holds when, and whether sets only ever grow.

A timeline is a row of spans of days with what holds in them; on other days nothing holds, and
conditions that read the declaration are unknown. Spans that follow each other with the same content
are one.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from ..semantics.tree import Constant, Dated, SetDefinition, SetTerm, Window

Members = frozenset[object]
Content = TypeVar("Content")
Read = TypeVar("Read", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(Generic[Read]):
    """What holds over a window of time."""

    window: Window
    content: Read


Timeline = tuple[Span[Members], ...]


def spans(declared: Dated[Content], read: Callable[[Content], Read]) -> tuple[Span[Read], ...]:
    """Return the spans of a dated declaration, each with its content as it is read."""
    found: list[Span[Read]] = []
    for edition in declared.editions:
        content = read(edition.content)
        last = found[-1] if found else None
        if last is not None and last.content == content and _meet(last.window, edition.window):
            window = Window(start=last.window.start, until=edition.window.until)
            found[-1] = Span(window=window, content=content)
        else:
            found.append(Span(window=edition.window, content=content))
    return tuple(found)


def _meet(earlier: Window, later: Window) -> bool:
    return earlier.until is not None and earlier.until == later.start


def timeline(definition: SetDefinition) -> Timeline:
    """Return the timeline of a declared set."""
    return spans(definition, frozenset[object])


def always(members: Members) -> Timeline:
    """Return the timeline of members that a policy lists itself."""
    return (Span(window=Window(), content=members),)


def timeline_of(term: SetTerm | Constant, sets: Mapping[str, SetDefinition]) -> Timeline:
    """Return the timeline of a set that is named or listed."""
    if isinstance(term, SetTerm):
        return timeline(sets[term.name])
    return always(listed_members(term))


def listed_members(term: Constant) -> Members:
    """Return the members that a policy lists itself."""
    return frozenset(term.value) if isinstance(term.value, frozenset) else frozenset({term.value})


def newest(term: SetTerm | Constant, sets: Mapping[str, SetDefinition]) -> Members:
    """Return the members as of the newest edition."""
    held = timeline_of(term, sets)
    return held[-1].content if held else frozenset()


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


def covers(held: Timeline, window: Window) -> bool:
    """Whether something holds on every day of a window."""
    day, last = window.first, window.end
    for span in held:
        if span.window.holds_on(day):
            day = span.window.end
    return day >= last


def _day_by_day(old: Timeline, new: Timeline) -> Iterator[tuple[Members | None, Members | None]]:
    """Yield what both hold for each state of the law, leaving out days on which neither holds."""
    days = {date.min}
    for span in (*old, *new):
        days |= {day for day in (span.window.start, span.window.until) if day is not None}
    for day in sorted(days):
        one, other = _on(old, day), _on(new, day)
        if one is not None or other is not None:
            yield one, other


def _on(held: Timeline, day: date) -> Members | None:
    return next((span.content for span in held if span.window.holds_on(day)), None)
