"""Two versions of a declaration side by side: by their names, their sources, and their days."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from ..semantics.tree import Citation, Edition, Window
from .change import Change, Kind, Lean, Shown, Subject
from .timelines import Span

Declared = TypeVar("Declared")
Edited = TypeVar("Edited", bound=Edition[Any] | Span[Any])


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


def declaration_changes(
    old: Mapping[str, Declared],
    new: Mapping[str, Declared],
    said: tuple[Callable[[Declared], object], Callable[[Declared], object]],
    subject: Callable[[Declared], Subject],
    changed: Callable[[Declared, Declared], Iterable[Change]],
) -> Iterator[Change]:
    """Yield which declarations came and went, are called otherwise, and what `changed` in others.

    `said` reads what a declaration of the old version says, and one of the new.
    """
    present, gone = paired_by_name(old, new, *said)
    for before, after in present:
        if before is None:
            yield subject(after).change(Kind.ADDED)
        else:
            names = subject(before).name, subject(after).name
            yield from subject(after).compared(Kind.RENAMED, *names)
            yield from changed(before, after)
    for each in gone:
        yield subject(each).change(Kind.REMOVED)


def citation_changes(
    subject: Subject, old: Iterable[Citation], new: Iterable[Citation], where: str = ""
) -> Iterator[Change]:
    """Yield the provisions that are cited now, and those that are no longer."""
    before, after = (
        dict.fromkeys(f"{each.instrument} {each.provision}{where}" for each in cited)
        for cited in (old, new)
    )
    for each in after:
        if each not in before:
            yield subject.change(Kind.CITATION_ADDED, new=each)
    for each in before:
        if each not in after:
            yield subject.change(Kind.CITATION_REMOVED, old=each)


def edition_changes(
    subject: Subject,
    old: Iterable[tuple[Edited, Shown]],
    new: Iterable[tuple[Edited, Shown]],
    lean: Lean,
    changed: Callable[[Edited, Edited], Iterable[Change]],
) -> Iterator[Change]:
    """Yield the editions that came and went, and those that end on another day.

    Each edition stands with how it is shown; `changed` yields what else is new in one of both.
    """
    before = {each.window.start: (each, shown) for each, shown in old}
    after = {each.window.start: (each, shown) for each, shown in new}
    moved = before.keys() ^ after.keys()
    for start in sorted({*before, *after}, key=lambda day: day or date.min):
        if start not in before:
            edition, shown = after[start]
            days = edition.window.days
            yield subject.change(Kind.EDITION_ADDED, lean, new=shown, about=days)
        elif start not in after:
            edition, shown = before[start]
            days = edition.window.days
            yield subject.change(Kind.EDITION_REMOVED, lean, old=shown, about=days)
        else:
            was, now = before[start][0], after[start][0]
            yield from changed(was, now)
            if which := _that_ends_otherwise(was.window, now.window, moved):
                ends = was.window.until, now.window.until
                yield subject.change(Kind.EDITION_UNTIL, lean, *ends, about=which)


def _that_ends_otherwise(old: Window, new: Window, moved: set[date | None]) -> str:
    """Return which edition it is, in words, if it ends on another day; else an empty text.

    Where an edition comes or goes at that day (`moved`), this is said of that edition.
    """
    if old.until == new.until or {old.until, new.until} & (moved - {None}):
        return ""
    return f"from {new.start}" if new.start else "first"
