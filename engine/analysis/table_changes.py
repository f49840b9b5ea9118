"""What changed in tables: their editions and cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..semantics.tree import (
    Edition,
    LookupTerm,
    Policies,
    Row,
    Rows,
    Table,
    clauses_read,
    terms_below,
)
from ..semantics.types import describe
from .change import Change, Kind, Lean, Realm, Shown, Subject
from .declarations import days_of
from .tables import case, cases


def table_changes(old: Policies, new: Policies) -> Iterator[Change]:
    """Yield what changed in tables; one of the same cases and another name is renamed."""
    gone = {name: each for name, each in old.tables.items() if name not in new.tables}
    for name, after in new.tables.items():
        if name in old.tables:
            yield from _changed(old.tables[name], after, _lean(name, old, new))
            continue
        former = next((each for each in gone.values() if _says(each) == _says(after)), None)
        if former is None:
            yield _of(after, Kind.ADDED)
        else:
            del gone[former.name]
            yield _of(after, Kind.RENAMED, old=former.name, new=name)
    for each in gone.values():
        yield _of(each, Kind.REMOVED)


def _says(table: Table) -> object:
    return table.type, tuple(each.type for each in table.inputs), cases(table)


def _lean(name: str, old: Policies, new: Policies) -> Lean:
    """Return the lean of a change of a table: what a rule does with it cannot be told."""
    rules = (*old.rules, *new.rules)
    terms = (
        t for rule in rules for each in clauses_read(rule) for t in terms_below(each.condition)
    )
    is_used = any(isinstance(term, LookupTerm) and term.name == name for term in terms)
    return Lean.UNCLEAR if is_used else Lean.NEUTRAL


def _of(  # noqa: PLR0913 - a change has as many parts.
    table: Table,
    kind: Kind,
    lean: Lean = Lean.NEUTRAL,
    *,
    old: Shown = None,
    new: Shown = None,
    about: str = "",
) -> Change:
    subject = Subject(realm=Realm.TABLE, name=table.name, title=table.label)
    return Change(kind=kind, subject=subject, lean=lean, old=old, new=new, about=about)


def _changed(old: Table, new: Table, lean: Lean) -> Iterator[Change]:
    if old.label != new.label:
        yield _of(new, Kind.LABEL, old=old.label, new=new.label)
    one, other = (
        tuple(f"{c.instrument} {c.provision}" for c in each.sources) for each in (old, new)
    )
    for each in (each for each in other if each not in one):
        yield _of(new, Kind.CITATION_ADDED, new=each)
    for each in (each for each in one if each not in other):
        yield _of(new, Kind.CITATION_REMOVED, old=each)
    types = _types(old), _types(new)
    if types[0] != types[1]:
        yield _of(new, Kind.RETYPED, lean, old=types[0], new=types[1])
    if cases(old) != cases(new):
        yield from _editions(old, new, lean)


def _cited(table: Table) -> tuple[str, ...]:
    return tuple(f"{each.instrument} {each.provision}" for each in table.sources)


def _types(table: Table) -> str:
    inputs = " and ".join(describe(each.type) for each in table.inputs)
    return f"{describe(table.type)} by {inputs}"


def _editions(old: Table, new: Table, lean: Lean) -> Iterator[Change]:
    before = {each.window.start: each for each in old.editions}
    after = {each.window.start: each for each in new.editions}
    moved = before.keys() ^ after.keys()
    for start in sorted({*before, *after}, key=lambda day: day or date.min):
        one, other = before.get(start), after.get(start)
        if one is not None and other is not None:
            pair = _Pair(table=new, lean=lean, old=one, new=other)
            yield from pair.rows()
            yield from pair.until(moved)
        elif other is not None:
            yield _of(new, Kind.EDITION_ADDED, lean, new=_told(other), about=days_of(other.window))
        elif one is not None:
            yield _of(new, Kind.EDITION_REMOVED, lean, old=_told(one), about=days_of(one.window))


def _told(edition: Edition[Rows]) -> str:
    return "; ".join(_words(row) for row in edition.content)


def _words(row: Row) -> str:
    return f"{', '.join(row.words)} gives {row.value.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two versions of one edition."""

    table: Table
    lean: Lean
    old: Edition[Rows]
    new: Edition[Rows]

    def rows(self) -> Iterator[Change]:
        """Yield the cases that came and went."""
        days = days_of(self.new.window)
        before = {case(row): row for row in self.old.content}
        after = {case(row): row for row in self.new.content}
        for row in (row for key, row in after.items() if key not in before):
            yield _of(self.table, Kind.CASE_ADDED, self.lean, new=_words(row), about=days)
        for row in (row for key, row in before.items() if key not in after):
            yield _of(self.table, Kind.CASE_REMOVED, self.lean, old=_words(row), about=days)

    def until(self, moved: set[date | None]) -> Iterator[Change]:
        """Yield that the edition ends on another day, where no other begins or ends there."""
        one, other = self.old.window.until, self.new.window.until
        if one != other and not {one, other} & (moved - {None}):
            start = self.new.window.start
            since = f"from {start}" if start else "first"
            yield _of(self.table, Kind.EDITION_UNTIL, self.lean, old=one, new=other, about=since)
