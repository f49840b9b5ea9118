"""The lines of a file: its statements, each laid out by its kind, and the comments between them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from ..lexis import (
    CLAUSE_KEYWORDS,
    DEFINITION_KEYWORDS,
    PARAMETER_KEYWORDS,
    PROFILE_KEYWORDS,
    WAIVER_KEYWORDS,
)
from .atoms import Atom, Comment
from .conditions import Conditions, listed
from .document import WIDEST, Break, Document, Group, Nest, Space, Word, render, sequel
from .statements import MARGIN, Distance, Kind, Statement, distance

_COLUMN = 14
_KEYWORDS = (
    *(*CLAUSE_KEYWORDS, *PARAMETER_KEYWORDS, *DEFINITION_KEYWORDS),
    *(*WAIVER_KEYWORDS, *PROFILE_KEYWORDS),
)
_PHRASES = [phrase.split() for phrase in _KEYWORDS]


class Page:
    """Takes statements one after another and sets them below one another."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def text(self) -> str:
        """Return the text so far."""
        return "".join(f"{line}\n" for line in self._lines)

    def add_all(self, statements: Sequence[Statement]) -> None:
        """Set statements that follow one another, facts in columns."""
        whole = [_with_keyword(each) for each in statements]
        column_of, rows = _columns(whole), _rows(whole)
        previous: Statement | None = None
        for place, statement in enumerate(whole):
            self._lead(previous, statement)
            if place in rows:
                self._lines.append(rows[place])
            else:
                self._lines.extend(_set(statement, column_of.get(place, (0, 0))))
            previous = statement

    def close(self, comments: Sequence[Comment]) -> None:
        """Set the comments behind the last statement."""
        self._comments(
            comments, 0, is_apart=bool(self._lines and comments and comments[0].is_apart)
        )

    def _lead(self, previous: Statement | None, statement: Statement) -> None:
        """Set what stands between two statements: comments, and empty lines."""
        comments = statement.leading
        margin = statement.margin
        is_apart = previous is not None and _is_apart(previous, statement)
        if previous is not None and is_apart:
            said = _said_before(statement)
            self._comments(comments[:said], _inner(previous), is_apart=False)
            comments = comments[said:]
        elif previous is not None and statement.kind is Kind.END:
            margin = _inner(previous)
        self._comments(comments, margin, is_apart=is_apart)
        if statement.atoms[0].is_apart if comments else is_apart:
            self._lines.append("")

    def _comments(self, comments: Sequence[Comment], margin: int, *, is_apart: bool) -> None:
        for place, comment in enumerate(comments):
            if comment.is_apart if place else is_apart:
                self._lines.append("")
            self._lines.append(" " * margin + comment.text)


def _is_apart(previous: Statement, statement: Statement) -> bool:
    due = distance(previous, statement)
    if due is Distance.AS_WRITTEN:
        first = statement.leading[0] if statement.leading else statement.atoms[0]
        return first.is_apart
    return due is Distance.ONE


def _inner(previous: Statement) -> int:
    """Return the margin of what is said behind a statement."""
    is_heading = previous.kind in (Kind.HEADING, Kind.RULE, Kind.GROUP)
    return previous.margin + MARGIN * is_heading


def _said_before(statement: Statement) -> int:
    """Return how many comments belong to what stands before, from which nothing sets them apart."""
    flags = [*(comment.is_apart for comment in statement.leading), statement.atoms[0].is_apart]
    return flags.index(True) if True in flags else 0


# --- facts in columns -------------------------------------------------------------------------


def _columns(statements: Sequence[Statement]) -> dict[int, tuple[int, int]]:
    """Return the widths of the names and of the types of each fact's neighbours, by its place."""
    found: dict[int, tuple[int, int]] = {}
    for run in _runs(statements):
        rows = [_row(statements[place]) for place in run]
        names, types = (max(map(len, column)) for column in zip(*rows, strict=True))
        found.update(dict.fromkeys(run, (names, types)))
    return found


def _runs(statements: Sequence[Statement]) -> list[list[int]]:
    """Return the places of facts between which no empty line stands."""
    runs: list[list[int]] = []
    for place, statement in enumerate(statements):
        if statement.kind is not Kind.FACT:
            continue
        before = statements[place - 1]
        if before.kind is Kind.FACT and not _is_apart(before, statement):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _row(statement: Statement) -> tuple[str, str]:
    """Return the name of a fact, and its type where it stands in the column of types."""
    name, _, *rest = statement.body
    words = _joined(rest[:-1] if _has_label(rest) else rest)
    column = statement.margin + len(name.text) + len(" : ")
    is_plain = not any(atom.comments for atom in statement.body[:-1]) and not rest[-1].before
    return name.text, words if is_plain and column + len(words) <= WIDEST else ""


def _has_label(atoms: Sequence[Atom]) -> bool:
    """Whether a fact ends in its label, and not in a text that is presumed of it."""
    is_presumed = len(atoms) > 1 and atoms[-2].text == "presumed"
    return atoms[-1].text.startswith('"') and not is_presumed


def _joined(atoms: Sequence[Atom]) -> str:
    """Return the words of a type as one text; a text that is presumed stays as it is."""
    words = ""
    for atom in atoms:
        is_tight = words.endswith("{") or atom.text.startswith((",", "}"))
        words += atom.text if is_tight or not words else f" {atom.text}"
    return words


def _fact(statement: Statement, widths: tuple[int, int]) -> Document:
    name, colon, *rest = statement.body
    names, types = widths
    head = Word(atom=replace(name, text=name.text.ljust(names)))
    _, words = _row(statement)
    if not words:
        return sequel(head, Space(), Word(atom=colon), Space(), Conditions(rest).whole())
    kind = Atom(text=words, start=colon.start, after=None)
    if not _has_label(rest):
        return sequel(
            head, Space(), Word(atom=colon), Space(), Word(atom=replace(kind, after=rest[-1].after))
        )
    padded = Word(atom=replace(kind, text=words.ljust(types)))
    label = Word(atom=rest[-1])
    return sequel(head, Space(), Word(atom=colon), Space(), padded, Space(), label)


# --- rows in columns --------------------------------------------------------------------------


def _rows(statements: Sequence[Statement]) -> dict[int, str]:
    """Return the lines of tables by their place; those with comments among their words are not."""
    found: dict[int, str] = {}
    run: list[int] = []
    for place, statement in enumerate((*statements, None)):
        if statement is not None and statement.kind is Kind.ROW:
            run.append(place)
            continue
        lines = aligned([_row_cells(statements[each]) for each in run])
        for each, line in zip(run, lines, strict=True):
            *words, last = statements[each].body
            if not any(atom.comments for atom in words) and not last.before:
                behind = f"  {last.after}" if last.after is not None else ""
                found[each] = " " * MARGIN + line + behind
        run = []
    return found


def _row_cells(statement: Statement) -> list[str]:
    """Return the keyword of a line of a table, and the words of each of its cells."""
    body = statement.body
    length = 2 if body[0].text == "for" else 1
    cells: list[list[Atom]] = [[]]
    for atom in body[length:]:
        if atom.text == "|":
            cells.append([])
        else:
            cells[-1].append(atom)
    return [" ".join(atom.text for atom in body[:length]), *map(_joined, cells)]


# --- statements by their kind -----------------------------------------------------------------


def _set(statement: Statement, widths: tuple[int, int]) -> list[str]:
    atoms = statement.body
    match statement.kind:
        case Kind.CLAUSE:
            keyword, *rest = atoms
            body = Nest(columns=_COLUMN, inner=_clause(keyword.text.rstrip(), rest))
            document: Document = sequel(Word(atom=keyword), Space(), body)
        case Kind.FACT:
            document = _fact(statement, widths)
        case Kind.INSTRUMENT:
            address = Nest(columns=MARGIN, inner=sequel(Break(), Word(atom=atoms[-1])))
            document = Group(inner=sequel(listed(atoms[:-1]), address))
        case Kind.TYPE | Kind.EDITION:
            document = Conditions(atoms).whole()
        case Kind.VALUE:
            document = Nest(columns=2 * MARGIN, inner=Conditions(atoms).whole())
        case Kind.STEP if atoms[0].text == "given" and atoms[1].text != "file":
            document = Nest(columns=2 * MARGIN, inner=Conditions(atoms).value())
        case _:
            document = Nest(columns=2 * MARGIN, inner=listed(atoms))
    return render(document, statement.margin)


def _clause(keyword: str, atoms: Sequence[Atom]) -> Document:
    match keyword:
        case "applies when" | "prohibit when" | "permit when" | "means" | "for":
            return Conditions(atoms).condition()
        case "applies in":
            return Conditions(atoms).value()
        case "require":
            return Conditions(atoms).required()
        case "oblige":
            return Conditions(atoms).obliged()
        case "unless":
            return Conditions(atoms).excepted()
        case _:
            return listed(atoms)


def _with_keyword(statement: Statement) -> Statement:
    """Return a clause whose keyword is one atom, as wide as the column of keywords."""
    if statement.kind is not Kind.CLAUSE:
        return statement
    atoms = statement.atoms
    length = next(
        len(words) for words in _PHRASES if [atom.text for atom in atoms[: len(words)]] == words
    )
    *inner, last = atoms[:length]
    text = " ".join(atom.text for atom in atoms[:length])
    before = (*(comment for atom in inner for comment in atom.comments), *last.before)
    keyword = Atom(
        text=text.ljust(_COLUMN - 1),
        start=atoms[0].start,
        is_apart=atoms[0].is_apart,
        before=before,
        after=last.after,
    )
    return replace(statement, atoms=(keyword, *atoms[length:]))


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines of cells set apart by bars, the first cell being the keyword of the line."""
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    for keyword, *cells in rows:
        *inner, last = cells
        padded = [cell.ljust(width) for cell, width in zip(inner, widths[1:], strict=False)]
        yield f"{keyword.ljust(widths[0])} {' | '.join((*padded, last))}"
