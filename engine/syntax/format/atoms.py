"""The words of a text that parses, each with its comments.

An atom is what layout never takes apart: a word, a mark, a value, a path, a citation, a label. A
comment on the line of an atom stands behind it, any other before the next one. Nothing is lost and
nothing changes places; only the semicolons between labelled items are set anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import whitespace

from ...source.text import Source
from .. import tree
from ..tokens import Token, TokenKind, examine, scan
from ..visit import walk

_WHOLE = (
    *(tree.Path, tree.RuleReference),
    *(tree.NumberLiteral, tree.PercentLiteral, tree.MoneyLiteral, tree.MeasureLiteral),
    tree.PeriodLiteral,
)


_TIGHT = ("%", ",", ")")
"""What stands right behind the word before it, within what is one atom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a line of its own, and whether an empty line stands before it."""

    text: str
    is_apart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """A word with the comments before it and the one behind it on its line.

    `is_apart` says whether an empty line stands directly before the word.
    """

    text: str
    start: int
    is_apart: bool = False
    before: tuple[Comment, ...] = ()
    after: str | None = None

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All its comments, the one behind it as if it had a line of its own."""
        last = () if self.after is None else (Comment(text=self.after, is_apart=False),)
        return (*self.before, *last)

    @property
    def is_label(self) -> bool:
        """Whether this is the label of a listed item: no other atom is that long and bracketed."""
        return len(self.text) == 3 and self.text.startswith("(")


def atoms_of(source: Source, file: tree.File) -> tuple[tuple[Atom, ...], tuple[Comment, ...]]:
    """Return the atoms of a text, given its tree, and the comments behind the last."""
    readied, _ = examine(source)
    reader = _Reader(dict(_wholes(file, readied)))
    for token in scan(source):
        reader.read(token)
    labels = {
        item.span.start
        for node in walk(file)
        if isinstance(node, tree.Listing)
        for item in node.items[1:]
    }
    atoms = _with_semicolons(_without_semicolons(reader.atoms), labels)
    return tuple(_behind_commas(atoms)), tuple(reader.waiting)


def _wholes(file: tree.File, readied: str) -> Iterator[tuple[int, int]]:
    for node in walk(file):
        match node:
            case tree.ListingItem(span=span):
                yield span.start, span.start + 3
            case tree.Module(span=span, name=name):
                yield span.end - len(name), span.end
            case tree.AdoptsClause(modules=modules):
                yield from ((each.span.start, each.span.end) for each in modules)
            case tree.Lookup(table=table, arguments=arguments):
                yield table.span.start, readied.index(")", arguments[-1].span.end) + 1
            case tree.Citation(span=span):
                yield span.start, span.end
            case _ if isinstance(node, _WHOLE):
                # The span of a value in brackets includes them; they are atoms of their own.
                words = readied[node.span.start : node.span.end]
                start = node.span.end - len(words.lstrip(f"({whitespace}"))
                yield start, node.span.start + len(words.rstrip(f"){whitespace}"))
            case _:
                pass


class _Reader:
    """Gathers tokens into atoms; `waiting` are the comments that the next atom will carry."""

    def __init__(self, wholes: Mapping[int, int]) -> None:
        self.atoms: list[Atom] = []
        self.waiting: list[Comment] = []
        self._wholes = wholes
        self._end = 0  # of the atom that is being read
        self._lines = 0  # that ended in the space just read
        self._is_line_done = True  # whether a line has ended since the last atom
        self._gap = ""

    def read(self, token: Token) -> None:
        """Take the next token."""
        match token.kind:
            case TokenKind.SPACE:
                self._lines = token.text.count("\n")
                self._is_line_done = self._is_line_done or self._lines > 0
                self._gap = " "
            case TokenKind.COMMENT:
                self._comment(token)
                self._lines = 0
            case _:
                self._word(token)
                self._lines, self._gap, self._is_line_done = 0, "", False

    def _comment(self, token: Token) -> None:
        comment = Comment(text=token.text.rstrip(), is_apart=self._lines > 1)
        if token.start < self._end:
            last = self.atoms[-1]
            self.atoms[-1] = replace(last, before=(*last.before, comment))
        elif self._is_line_done:
            self.waiting.append(comment)
        else:
            self.atoms[-1] = replace(self.atoms[-1], after=comment.text)

    def _word(self, token: Token) -> None:
        if token.start < self._end:
            opens = self.atoms[-1].text.endswith("(")
            gap = "" if opens or token.text in _TIGHT else self._gap
            if self.atoms[-1].text.endswith(","):
                gap = " "
            self.atoms[-1] = replace(self.atoms[-1], text=self.atoms[-1].text + gap + token.text)
            return
        self._end = self._wholes.get(token.start, token.end)
        atom = Atom(
            text=token.text,
            start=token.start,
            is_apart=self._lines > 1,
            before=tuple(self.waiting),
        )
        self.atoms.append(atom)
        self.waiting.clear()


def _without_semicolons(atoms: Sequence[Atom]) -> list[Atom]:
    """Return the atoms without semicolons, whose comments their neighbours take over."""
    kept: list[Atom] = []
    orphans: tuple[Comment, ...] = ()
    for atom in atoms:
        if atom.text != ";":
            kept.append(replace(atom, before=(*orphans, *atom.before)))
            orphans = ()
        elif atom.after is not None and not atom.before and kept[-1].after is None:
            kept[-1] = replace(kept[-1], after=atom.after)
        else:
            orphans = atom.comments
    return kept


def _with_semicolons(atoms: Sequence[Atom], labels: set[int]) -> Iterator[Atom]:
    """Yield the atoms with a semicolon before each label that is not the first."""
    for place, atom in enumerate(atoms, 1):
        if place < len(atoms) and atoms[place].start in labels:
            yield replace(atom, after=None)
            yield Atom(text=";", start=atom.start, after=atom.after)
        else:
            yield atom


def _behind_commas(atoms: Iterator[Atom]) -> Iterator[Atom]:
    """Yield the atoms; what is said behind a word is said behind the comma that follows it."""
    last: Atom | None = None
    for atom in atoms:
        if last is not None and last.after is not None and atom.text == "," and not atom.comments:
            yield replace(last, after=None)
            last = replace(atom, after=last.after)
            continue
        if last is not None:
            yield last
        last = atom
    if last is not None:
        yield last
