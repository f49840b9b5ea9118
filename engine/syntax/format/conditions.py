"""How conditions, values and sets are laid out.

The text has been parsed, so this only has to recognise what stands where: brackets, braces, labels,
and the words that join. What an author put in brackets stays in brackets.
"""

from collections.abc import Sequence
from itertools import accumulate

from .atoms import Atom
from .document import (
    HARD,
    SOFT,
    Align,
    Aside,
    Break,
    Document,
    Group,
    Nest,
    Sequel,
    Space,
    Word,
    sequel,
)

_INDENT = 2
_JOINS = ("and", "or")
_COMPARES = ("is", "exceeds", "includes", "overlaps")
_STOPS = ("when", "due", ";", ")", "}")


def listed(atoms: Sequence[Atom]) -> Document:
    """Return words in a row; the line may end behind a comma."""
    parts: list[Document] = []
    for atom in atoms:
        if parts and atom.text != ",":
            is_next = isinstance(parts[-1], Word) and parts[-1].atom.text == ","
            parts.append(Break(fills=True) if is_next else Space())
        parts.append(Word(atom=atom))
    return Sequel(parts=tuple(parts))


class Conditions:
    """Reads the atoms of one statement from its first to its last."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self._atoms = atoms
        self._next = 0

    @property
    def is_done(self) -> bool:
        """Whether all has been read."""
        return self._next >= len(self._atoms)

    def word(self) -> Word:
        """Read one word."""
        self._next += 1
        return Word(atom=self._atoms[self._next - 1])

    def condition(self) -> Document:
        """Read a condition."""
        return self._listing() if self._is_listing() else self._junction()

    def required(self) -> Document:
        """Read what is required, and in which case."""
        required = self.condition()
        if self.is_done:
            return required
        when = self._prefixed(self.word())
        return Group(inner=sequel(required, Break(), when))

    def obliged(self) -> Document:
        """Read what is to be done, in which case, and by when."""
        duty = self.word()
        when = self._prefixed(self.word())
        due = self.whole()
        return Group(inner=sequel(duty, Break(), when, Break(), due))

    def excepted(self) -> Document:
        """Read the name of an exception and its condition, on one line as far as it may be."""
        name = self.word()
        is_block = self._is_listing() or self._opens_block()
        condition = self.condition()
        if is_block:
            return sequel(name, Break(fills=True), condition)
        return Group(inner=sequel(name, Break(), condition))

    def whole(self) -> Document:
        """Read words, sets and values up to the end."""
        parts: list[Document] = []
        while not self.is_done:
            if parts and self._peek() != ",":
                parts.append(Space())
            parts.append(self._part())
        return Sequel(parts=tuple(parts))

    def value(self) -> Document:
        """Read one value or comparison."""
        return self._operand()[0]

    # --- conditions

    def _peek(self, ahead: int = 0) -> str:
        place = self._next + ahead
        return self._atoms[place].text if place < len(self._atoms) else ""

    def _is_listing(self) -> bool:
        place = self._next + 2
        return self._peek(1) == "of" and place < len(self._atoms) and self._atoms[place].is_label

    def _opens_block(self) -> bool:
        """Whether all that follows is one quantified condition, which ends in brackets."""
        depth, has = 0, False
        for atom in self._atoms[self._next :]:
            depth += (atom.text == "(") - (atom.text == ")")
            if depth == 0 and atom.text in _JOINS:
                return False
            has = has or (depth == 0 and atom.text == "has")
        return has

    def _listing(self) -> Document:
        words = sequel(self.word(), Space(), self.word())
        items: list[Document] = []
        while not self.is_done and self._atoms[self._next].is_label:
            items.extend((HARD, self._prefixed(self.word())))
            if self._peek() == ";":
                items.append(self.word())
        return sequel(words, Nest(columns=_INDENT, inner=Sequel(parts=tuple(items))))

    def _prefixed(self, prefix: Word) -> Document:
        """Read a condition behind a word or label, below which its further lines stand.

        What is in brackets as a whole closes below the word itself, and a list stands below it.
        """
        if self._is_listing():
            return sequel(prefix, Space(), self._listing())
        start = self._next
        condition = self._junction()
        if self._is_bracketed(start):
            return sequel(prefix, Space(), condition)
        return sequel(prefix, Space(), Align(inner=condition))

    def _is_bracketed(self, start: int) -> bool:
        """Whether what was read since then is one pair of brackets."""
        depths = accumulate(
            (atom.text == "(") - (atom.text == ")") for atom in self._atoms[start : self._next]
        )
        return list(depths).index(0) == self._next - start - 1 > 0

    def _junction(self) -> Document:
        first, _ = self._operand()
        parts: list[Document] = []
        while self._peek() in _JOINS:
            join = self.word()
            operand, is_bracketed = self._operand()
            parts.extend((Break(), join, Space()))
            parts.append(operand if is_bracketed else Align(inner=operand))
        if not parts:
            return first
        is_comparison = isinstance(first, Group)
        opening = Nest(columns=_INDENT * is_comparison, inner=first)
        return Group(inner=sequel(opening, *parts))

    def _operand(self, *, in_set: bool = False) -> tuple[Document, bool]:
        """Read what `and` and `or` join, and whether it is one pair of brackets."""
        start = self._next
        parts: list[Document] = []
        compares, is_between = 0, False
        while not self.is_done:
            text = self._peek()
            if text in _STOPS or (in_set and text == ",") or (text in _JOINS and not is_between):
                break
            is_between = text == "between" or (is_between and text != "and")
            if parts and text in _COMPARES and not compares:
                compares = len(parts)
                parts.append(Break(is_tight=True))
            elif parts and text != ",":
                parts.append(Space())
            parts.append(self._part())
        if not compares:
            return Sequel(parts=tuple(parts)), self._is_bracketed(start)
        if self._atoms[self._next - 1].text == "}":
            parts[compares] = Space()
        return Group(inner=Sequel(parts=tuple(parts))), False

    # --- brackets and braces

    def _part(self) -> Document:
        match self._peek():
            case "(":
                return self._bracket()
            case "{":
                return self._braces()
            case _:
                return self.word()

    def _bracket(self) -> Document:
        opening = self.word()
        if self._is_listing():
            listing = self._listing()
            aside, closing = self._closing()
            return sequel(opening, listing, Nest(columns=_INDENT, inner=aside), HARD, closing)
        condition = self._junction()
        aside, closing = self._closing()
        inner = Nest(columns=_INDENT, inner=sequel(SOFT, condition, aside))
        return Group(inner=sequel(opening, inner, SOFT, closing))

    def _closing(self) -> tuple[Aside, Word]:
        """Read what closes, and what is said before it, which belongs to what it closes."""
        atom = self.word().atom
        bare = Atom(text=atom.text, start=atom.start, after=atom.after)
        return Aside(comments=atom.before), Word(atom=bare)

    def _braces(self) -> Document:
        opening = self.word()
        parts: list[Document] = []
        while self._peek() != "}":
            if self._peek() == ",":
                parts.extend((self.word(), Break(fills=True)))
            parts.append(self._operand(in_set=True)[0])
        aside, closing = self._closing()
        inner = Nest(columns=_INDENT, inner=sequel(SOFT, *parts, aside))
        return Group(inner=sequel(opening, inner, SOFT, closing))
