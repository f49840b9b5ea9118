"""What changed in tables: what they give, what they are looked up by, their editions and cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..semantics.tree import LookupTerm, Policies, Table, ValueTerm
from ..semantics.types import HAVING_PARTS, describe, wholes_of
from .change import Change, Kind, Lean, Realm, Subject
from .pairs import citation_changes, declaration_changes, edition_changes
from .rising import lean_of, rises
from .tables import Case, Written, cases, paired, written


def table_changes(old: Policies, new: Policies) -> Iterator[Change]:
    """Yield what changed in tables; one of the same cases and another name is renamed."""

    def changed(before: Table, after: Table) -> Iterator[Change]:
        renamed = _renamed(before, after)
        pair = _Pair(old=before, new=after, versions=(old, new), renamed=renamed)
        yield from (*pair.heading(), *pair.inputs(), *pair.editions())

    return declaration_changes(old.tables, new.tables, (_says, _says), _subject, changed)


def _says(table: Table) -> object:
    return table.type, tuple(each.type for each in table.inputs), cases(table)


def _renamed(old: Table, new: Table) -> dict[str, str]:
    """Return what inputs are called now that stand where they stood, of the same type."""
    names = {each.name for each in (*old.inputs, *new.inputs)}
    kept = {each.name for each in old.inputs} & {each.name for each in new.inputs}
    both = zip(old.inputs, new.inputs, strict=False)
    return {
        one.name: other.name
        for one, other in both
        if {one.name, other.name} <= names - kept and one.type == other.type
    }


def _subject(table: Table) -> Subject:
    return Subject(realm=Realm.TABLE, name=table.name, title=table.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two versions of one table; `renamed` leads from its inputs to what they are called now."""

    old: Table
    new: Table
    versions: tuple[Policies, Policies]
    renamed: Mapping[str, str]

    @property
    def subject(self) -> Subject:
        """The table as the subject of a change."""
        return _subject(self.new)

    def heading(self) -> Iterator[Change]:
        """Yield what differs in the label, the sources, and what the table gives."""
        old, new = self.old, self.new
        yield from self.subject.compared(Kind.LABEL, old.label, new.label)
        yield from citation_changes(self.subject, old.sources, new.sources)
        if old.type != new.type:
            types = describe(old.type), describe(new.type)
            yield self.subject.change(Kind.RETYPED, self._lean(None), *types)

    def inputs(self) -> Iterator[Change]:
        """Yield the inputs that came and went, and are of another type or order."""
        lean = self._lean(None)
        before = {self.renamed.get(e.name, e.name): describe(e.type) for e in self.old.inputs}
        after = {each.name: describe(each.type) for each in self.new.inputs}
        for name, kind in after.items():
            if name not in before:
                yield self.subject.change(Kind.INPUT_ADDED, lean, new=kind, about=name)
            elif before[name] != kind:
                yield self.subject.change(
                    Kind.RETYPED, lean, old=before[name], new=kind, about=name
                )
        for name in before:
            if name not in after:
                yield self.subject.change(Kind.INPUT_REMOVED, lean, about=name)
        one, other = ([n for n in names if n in before and n in after] for names in (before, after))
        if one != other:
            orders = tuple(before), tuple(after)
            yield self.subject.change(Kind.INPUTS_ORDER, lean, *orders)

    def editions(self) -> Iterator[Change]:
        """Yield the editions that came, went and changed."""
        old = [(each, _told(each, self.old)) for each in written(self.old, self.renamed)]
        new = [(each, _told(each, self.new)) for each in written(self.new, {})]
        return edition_changes(self.subject, old, new, self._lean(None), self._cases)

    def _cases(self, old: Written, new: Written) -> Iterator[Change]:
        lean, days = self._lean(None), new.window.days
        present, gone = paired(old.content, new.content)
        kept = [(former, case) for former, case in present if former is not None]
        splits = self._names_parts(kept) and not _agree_alike(kept)
        for former, case in present:
            if former is not None:
                yield from self._case(former, case, days, splits=splits)
                continue
            about = _on(days, _where(case, self.new))
            yield self.subject.change(Kind.CASE_ADDED, lean, new=case.value, about=about)
        for case in gone:
            about = _on(days, _where(case, self.old))
            yield self.subject.change(Kind.CASE_REMOVED, lean, old=case.value, about=about)

    def _names_parts(self, kept: Sequence[tuple[Case, Case]]) -> bool:
        """Whether some case is for a part of a place or of a language."""
        inputs = {each.name for each in self.new.inputs if each.type in HAVING_PARTS}
        members = (
            str(member)
            for pair in kept
            for case in pair
            for _, cells in case.cells
            for name, cell in cells
            if name in inputs and isinstance(cell, frozenset)
            for member in cell
        )
        return any(map(wholes_of, members))

    def _case(self, old: Case, new: Case, days: str, *, splits: bool) -> Iterator[Change]:
        """Yield what a case gives otherwise, or asks otherwise.

        Where its words are the same and a set that they name is not, that is said of the set. With
        `splits` the result for a whole may be known now, or unknown, as it was not before.
        """
        if old.value.value != new.value.value:
            rise = None if splits else rises(old.value, new.value)
            lean, about = self._lean(rise), _on(days, _where(new, self.new))
            yield self.subject.change(
                Kind.CASE_VALUE, lean, old=old.value, new=new.value, about=about
            )
        elif old.words != new.words and old.cells != new.cells:
            lean, about = self._lean(None), _on(days, new.value.text)
            asked = _where(old, self.old), _where(new, self.new)
            yield self.subject.change(Kind.CASE_ASKS, lean, *asked, about=about)

    def _lean(self, rise: bool | None) -> Lean:  # noqa: FBT001 - None is a third answer.
        return lean_of(rise, self._is_it, self.versions)

    def _is_it(self, term: ValueTerm) -> bool:
        return isinstance(term, LookupTerm) and term.name == self.new.name


def _told(edition: Written, table: Table) -> str:
    return "; ".join(
        f"{_where(each, table)}, it gives {each.value.text}" for each in edition.content
    )


def _agree_alike(kept: Sequence[tuple[Case, Case]]) -> bool:
    """Whether the same cases give the same result as did before.

    Only where they do is the result for a place known, or unknown, as before.
    """
    moved = {(old.value.value, new.value.value) for old, new in kept}
    olds, news = {old for old, _ in moved}, {new for _, new in moved}
    return len(moved) == len(olds) == len(news)


def _on(days: str, words: str) -> str:
    return f"{days}, {words}" if days else words


def _where(case: Case, table: Table) -> str:
    """Return when a case is meant, in words."""
    if case.asked is None:
        return "in every other case"
    asked = (
        f"`{name}` is {'one of ' if words in table.sets or words[0] == '{' else ''}{words}"
        for name, words in case.asked.items()
    )
    return f"where {' and '.join(asked)}" if case.asked else "in every case"
