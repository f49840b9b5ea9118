"""Editions: what holds from one day to another, and the next from then on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from ...source.text import Span
from ...syntax import tree as syntax
from .. import faults
from ..findings import Report
from ..tree import Dated, Edition, Window

Content = TypeVar("Content")


def window(start: syntax.DateLiteral | None, end: syntax.End | None, report: Report) -> Window:
    """Return the window from a day to an end, reporting one that is empty or never ends."""
    first, until = start.value if start else None, end.until if end else None
    if end is not None and until is None:
        report(faults.structure.no_end(end))
    elif end is not None and until is not None and first is not None and until <= first:
        report(faults.structure.empty_window(end, first))
    return Window(start=first, until=until)


def in_succession(
    name: str,
    editions: Sequence[Edition[Content]],
    spans: Sequence[Span],
    report: Report,
) -> tuple[Edition[Content], ...]:
    """Return editions in order, each open one ended by the next, reporting overlaps."""
    order = sorted(range(len(spans)), key=lambda i: editions[i].window.first)
    closed: list[Edition[Content]] = []
    for position, index in enumerate(order):
        edition = editions[index]
        successor = order[position + 1] if position + 1 < len(order) else None
        if successor is not None:
            start, until = edition.window.start, edition.window.until
            begins = editions[successor].window.start
            if begins is None or begins == edition.window.first or (until and until > begins):
                report(faults.structure.overlapping_editions(spans[successor], name))
            edition = replace(edition, window=Window(start=start, until=until or begins))
        closed.append(edition)
    return tuple(closed)


def apart(window: Window, others: Iterable[Dated[Any]]) -> Iterator[Window]:
    """Yield a window taken apart at the days on which an edition of some others begins or ends."""
    start = window.start
    for day in sorted({day for each in others for day in each.turns(window)}):
        is_later = day > (start or date.min)
        if is_later and (window.until is None or day < window.until):
            yield Window(start=start, until=day)
            start = day
    yield Window(start=start, until=window.until)
