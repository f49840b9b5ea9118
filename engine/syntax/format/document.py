"""Documents: words with the places where a line may break, and how they are set in lines.

After Wadler, "A prettier printer" (2003): a group stands on one line where it fits, else all its
breaks become line ends. Comments end the line that they stand on, and so break what is around.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from .atoms import Atom, Comment

WIDEST = 100
"""The columns of a line; texts in quotation marks may go beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """An atom, with its comments."""

    atom: Atom


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A space at which no line breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A line end, or on one line what `flat` says.

    A break that `fills` ends the line only where what follows, up to the next break, does not fit.
    A `tight` one is no such next break.
    """

    flat: str = " "
    fills: bool = False
    is_tight: bool = False
    is_hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Comments on lines of their own."""

    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequel:
    """Documents one after another."""

    parts: tuple["Document", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """A document whose further lines stand so many columns further to the right."""

    columns: int
    inner: "Document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Align:
    """A document whose further lines stand below its first word."""

    inner: "Document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A document on one line where it fits; with a line end at each of its breaks where not."""

    inner: "Document"


Document: TypeAlias = Word | Space | Break | Aside | Sequel | Nest | Align | Group

HARD = Break(is_hard=True)
SOFT = Break(flat="")


def sequel(*parts: Document) -> Sequel:
    """Return documents as one."""
    return Sequel(parts=parts)


class _Pen:
    """Writes lines; spaces are written only before words."""

    def __init__(self, indent: int) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._indent = indent
        self._space = False
        self.is_done = False  # whether a comment has ended the line

    def column(self, indent: int) -> int:
        """Return where the next word will stand."""
        if self.is_done:
            return indent
        return (len(self._line) or self._indent) + self._space

    def space(self) -> None:
        """Set the next word apart."""
        self._space = bool(self._line)

    def end_line(self, indent: int) -> None:
        """Begin a new line, unless nothing stands on this one."""
        if self._line:
            self._lines.append(self._line.rstrip())
        self._line, self._indent, self._space, self.is_done = "", indent, False, False

    def comment(self, text: str, indent: int) -> None:
        """Write a comment on a line of its own."""
        self.end_line(indent)
        self._line = " " * indent + text
        self.is_done = True

    def word(self, atom: Atom, indent: int) -> None:
        """Write a word with its comments."""
        for comment in atom.before:
            self.comment(comment.text, indent)
        if self.is_done:
            self.end_line(indent)
        self._line = (self._line or " " * self._indent) + " " * self._space + atom.text
        self._space = False
        if atom.after is not None:
            self._line = f"{self._line.rstrip()}  {atom.after}"
            self.is_done = True

    def finish(self) -> list[str]:
        """Return the lines."""
        self.end_line(0)
        return self._lines


_Waiting: TypeAlias = tuple[int, bool, Document]


def render(document: Document, margin: int) -> list[str]:  # noqa: C901 - one flat choice.
    """Return a document in lines behind a margin."""
    pen = _Pen(margin)
    waiting: list[_Waiting] = [(margin, False, document)]
    while waiting:
        indent, is_flat, node = waiting.pop()
        match node:
            case Word(atom=atom):
                pen.word(atom, indent)
            case Space():
                pen.space()
            case Break():
                _break(pen, node, indent, is_flat=is_flat, waiting=waiting)
            case Aside(comments=comments):
                for comment in comments:
                    pen.comment(comment.text, indent)
            case Sequel(parts=parts):
                waiting.extend((indent, is_flat, part) for part in reversed(parts))
            case Nest(columns=columns, inner=inner):
                waiting.append((indent + columns, is_flat, inner))
            case Align(inner=inner):
                waiting.append((pen.column(indent), is_flat, inner))
            case Group(inner=inner):
                room = WIDEST - pen.column(indent)
                flat = is_flat or (not _is_forced(inner) and _fits(inner, waiting, room))
                waiting.append((indent, flat, inner))
            case _:
                assert_never(node)
    return pen.finish()


def _break(
    pen: _Pen, node: Break, indent: int, *, is_flat: bool, waiting: Sequence[_Waiting]
) -> None:
    stays = is_flat or (node.fills and _next_fits(waiting, WIDEST - pen.column(indent) - 1))
    if not stays:
        pen.end_line(indent)
    elif node.flat:
        pen.space()


def _fits(node: Document, waiting: Sequence[_Waiting], room: int) -> bool:
    """Whether a document on one line, and what follows up to the next line end, fits."""
    following = ((is_flat, part) for _, is_flat, part in reversed(waiting))
    for is_flat, part in _flattened(((True, node), *following)):
        match part:
            case Word(atom=atom):
                room -= len(atom.text)
                if atom.after is not None:
                    break
            case Break() if not is_flat:
                break
            case Break(flat=flat):
                room -= len(flat)
            case _:
                room -= 1
        if room < 0:
            return False
    return room >= 0


def _next_fits(waiting: Sequence[_Waiting], room: int) -> bool:
    """Whether what stands before the next break fits."""
    for _, part in _flattened((is_flat, part) for _, is_flat, part in reversed(waiting)):
        match part:
            case Word(atom=atom):
                room -= len(atom.text)
            case Break(is_tight=False):
                break
            case _:
                room -= 1
    return room >= 0


def _flattened(
    parts: Iterable[tuple[bool, Document]],
) -> Iterator[tuple[bool, Word | Space | Break]]:
    """Yield words, spaces and breaks in order, each with whether it stands on one line.

    Groups whose turn has not come stand on one line, unless they cannot.
    """
    for is_flat, part in parts:
        match part:
            case Sequel(parts=inner):
                yield from _flattened((is_flat, each) for each in inner)
            case Nest(inner=inner) | Align(inner=inner):
                yield from _flattened(((is_flat, inner),))
            case Group(inner=inner):
                yield from _flattened(((is_flat or not _is_forced(inner), inner),))
            case Aside():
                pass
            case _:
                yield is_flat, part


def _is_forced(node: Document) -> bool:
    """Whether lines must end within a document: by a hard break, or by a comment in its midst."""
    parts = list(_leaves(node))
    words = [part.atom for part in parts if isinstance(part, Word)]
    return (
        any(isinstance(part, Aside) and part.comments for part in parts)
        or any(isinstance(part, Break) and part.is_hard for part in parts)
        or any(atom.before for atom in words[1:])
        or any(atom.after is not None for atom in words[:-1])
    )


def _leaves(node: Document) -> Iterator[Document]:
    match node:
        case Sequel(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case Nest(inner=inner) | Align(inner=inner) | Group(inner=inner):
            yield from _leaves(inner)
        case _:
            yield node
