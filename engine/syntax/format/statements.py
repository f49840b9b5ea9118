"""The statements of a file: what stands on a line of its own, at which margin, how far apart."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeAlias, assert_never

from .. import tree
from .atoms import Atom, Comment

MARGIN = 2


class Kind(Enum):
    """What a statement is, as far as its layout goes."""

    WORDS = auto()
    INSTRUMENT = auto()
    HEADING = auto()
    RULE = auto()
    CLAUSE = auto()
    FACT = auto()
    GROUP = auto()
    TYPE = auto()
    EDITION = auto()
    VALUE = auto()
    STEP = auto()
    ROW = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement with its atoms; `is_item` where a new item of the file begins."""

    kind: Kind
    margin: int
    atoms: tuple[Atom, ...]
    is_item: bool = False

    @property
    def leading(self) -> tuple[Comment, ...]:
        """The comments on the lines before it."""
        return self.atoms[0].before

    @property
    def body(self) -> tuple[Atom, ...]:
        """Its atoms, the first without the comments before it."""
        return (replace(self.atoms[0], before=()), *self.atoms[1:])


_Start: TypeAlias = tuple[int, Kind, int, bool]


def statements(file: tree.File, atoms: Sequence[Atom]) -> Iterator[Statement]:
    """Yield the statements of a file without faults, in order."""
    starts = [atom.start for atom in atoms]
    found = [each for item in file.items for each in _item(item, starts)]
    places = [bisect_left(starts, start) for start, _, _, _ in found]
    for (_, kind, margin, is_item), place, end in zip(
        found, places, (*places[1:], len(atoms)), strict=False
    ):
        yield Statement(kind=kind, margin=margin, atoms=tuple(atoms[place:end]), is_item=is_item)


def _item(item: tree.Item | tree.Broken, starts: Sequence[int]) -> Iterator[_Start]:
    match item:
        case tree.Instrument():
            yield item.span.start, Kind.INSTRUMENT, 0, True
        case tree.Module() | tree.Broken():
            yield item.span.start, Kind.WORDS, 0, True
        case _:
            yield item.span.start, Kind.HEADING, 0, True
            yield from _body(item, starts)
            yield _end(item, starts), Kind.END, 0, False


_Block: TypeAlias = (
    tree.Policy
    | tree.Vocabulary
    | tree.SetDeclaration
    | tree.Parameter
    | tree.Definition
    | tree.Table
    | tree.Waiver
    | tree.Profile
    | tree.Test
)


def _body(  # noqa: C901 - one case for each kind of item.
    item: _Block, starts: Sequence[int]
) -> Iterator[_Start]:
    match item:
        case tree.Policy(clauses=clauses, rules=rules):
            yield from _all(clauses, Kind.CLAUSE, MARGIN)
            for rule in rules:
                yield rule.span.start, Kind.RULE, MARGIN, False
                yield from _all(rule.clauses, Kind.CLAUSE, 2 * MARGIN)
        case tree.Vocabulary(parts=parts):
            for part in parts:
                yield from _part(part, starts)
        case tree.SetDeclaration(editions=editions):
            yield from _all(editions, Kind.EDITION, MARGIN)
        case tree.Parameter(clauses=clauses):
            for clause in clauses:
                is_value = isinstance(clause, tree.ParameterEdition)
                yield clause.span.start, Kind.VALUE if is_value else Kind.CLAUSE, MARGIN, False
        case (
            tree.Definition(clauses=clauses)
            | tree.Waiver(clauses=clauses)
            | tree.Profile(clauses=clauses)
        ):
            yield from _all(clauses, Kind.CLAUSE, MARGIN)
        case tree.Table(clauses=clauses):
            for each in clauses:
                is_source = isinstance(each, tree.SourceClause)
                yield each.span.start, Kind.CLAUSE if is_source else Kind.VALUE, MARGIN, False
        case tree.Test(steps=steps):
            yield from _steps(steps)
        case _:
            assert_never(item)


def _steps(steps: Sequence[tree.TestStep | tree.Broken]) -> Iterator[_Start]:
    for step in steps:
        is_row = isinstance(step, tree.Columns | tree.Row)
        yield step.span.start, Kind.ROW if is_row else Kind.STEP, MARGIN, False


def _part(part: tree.VocabularyPart | tree.Broken, starts: Sequence[int]) -> Iterator[_Start]:
    match part:
        case tree.RecordDeclaration(facts=facts):
            yield part.span.start, Kind.GROUP, MARGIN, False
            yield from _all(facts, Kind.FACT, 2 * MARGIN)
            yield _end(part, starts), Kind.END, MARGIN, False
        case tree.EnumerationDeclaration():
            yield part.span.start, Kind.TYPE, MARGIN, False
        case _:
            yield part.span.start, Kind.FACT, MARGIN, False


def _all(nodes: Sequence[tree.Node], kind: Kind, margin: int) -> Iterator[_Start]:
    return ((node.span.start, kind, margin, False) for node in nodes)


def _end(node: tree.Node, starts: Sequence[int]) -> int:
    """Return where `end …`, the last two words of a construct, begins."""
    return starts[bisect_left(starts, node.span.end) - 2]


class Distance(Enum):
    """Whether an empty line stands between two statements."""

    NONE = auto()
    ONE = auto()
    AS_WRITTEN = auto()


def distance(previous: Statement, statement: Statement) -> Distance:
    """Return how far apart two statements stand that follow one another."""
    kinds = (previous.kind, statement.kind)
    if kinds in ((Kind.INSTRUMENT, Kind.INSTRUMENT), (Kind.FACT, Kind.FACT)):
        return Distance.AS_WRITTEN
    if statement.is_item:
        return Distance.ONE
    match kinds:
        case (_, Kind.END) | (Kind.HEADING, Kind.RULE):
            return Distance.NONE
        case (_, Kind.RULE | Kind.GROUP | Kind.TYPE):
            return Distance.ONE
        case (Kind.HEADING | Kind.END | Kind.TYPE, Kind.FACT):
            return Distance.ONE
        case _ if statement.leading:
            return Distance.AS_WRITTEN
        case _:
            return Distance.NONE
