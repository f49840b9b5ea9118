"""Two versions of a declaration side by side: by their names, their sources, and their days."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from ..semantics.tree import Citation, Window
from .change import Kind

Declared = TypeVar("Declared")


def paired_by_name(
    old: Mapping[str, Declared],
    new: Mapping[str, Declared],
    said_before: Callable[[Declared], object],
    said_now: Callable[[Declared], object],
) -> tuple[list[tuple[Declared | None, Declared]], list[Declared]]:
    """Return what is declared now, each with what it was before or None, and what is gone.

    What says the same under a name that the old version does not have was renamed.
    """
    gone = {name: (each, said_before(each)) for name, each in old.items() if name not in new}
    present: list[tuple[Declared | None, Declared]] = []
    for name, after in new.items():
        before = old.get(name)
        if before is None and gone:
            said = said_now(after)
            former = next((each for each, (_, once) in gone.items() if once == said), None)
            before = None if former is None else gone.pop(former)[0]
        present.append((before, after))
    return present, [each for each, _ in gone.values()]


def citation_changes(
    old: Iterable[Citation], new: Iterable[Citation], where: str = ""
) -> Iterator[tuple[Kind, str | None, str | None]]:
    """Yield what is cited now and what no longer: the kind of change, and its `old` and `new`."""
    before, after = (
        dict.fromkeys(f"{each.instrument} {each.provision}{where}" for each in cited)
        for cited in (old, new)
    )
    yield from ((Kind.CITATION_ADDED, None, each) for each in after if each not in before)
    yield from ((Kind.CITATION_REMOVED, each, None) for each in before if each not in after)


def days_of(window: Window) -> str:
    """Return a window in words."""
    start = f"from {window.start}" if window.start else ""
    until = f"until {window.until}" if window.until else ""
    return " ".join(filter(None, (start, until)))


def edition_that_ends_otherwise(old: Window, new: Window, moved: set[date | None]) -> str:
    """Return which edition it is, in words, if it ends on another day; else an empty text.

    Where an edition comes or goes at that day (`moved`), this is said of that edition.
    """
    if old.until == new.until or {old.until, new.until} & (moved - {None}):
        return ""
    return f"from {new.start}" if new.start else "first"
