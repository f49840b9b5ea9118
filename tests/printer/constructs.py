"""Files, policies, vocabularies, sets and tests as lines of text."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias, assert_never

from engine.syntax import tree
from engine.syntax.format.page import aligned
from tests.printer.clauses import AnyClause, cited_in, clause, optional
from tests.printer.expressions import cell, expression, literal

_WIDEST = 100
_INDENT = "  "
_NO_TEXT = "what could not be parsed has no canonical text"

Construct: TypeAlias = (
    tree.File
    | tree.Item
    | tree.Rule
    | AnyClause
    | tree.ParameterClause
    | tree.TableClause
    | tree.VocabularyPart
    | tree.SetEdition
    | tree.TestStep
    | tree.Broken
)


def lines(node: Construct, margin: str = "") -> Iterator[str]:
    """Yield the lines of a construct, each behind the margin."""
    match node:
        case tree.File(items=items):
            yield from _file(items)
        case tree.Module(name=name):
            yield f"module {name}"
        case tree.Instrument(name=name, title=title, url=url):
            yield f"instrument {name.text} {literal(title)} {literal(url)}"
        case tree.Policy():
            yield from _policy(node)
        case tree.Rule(name=name, title=title, clauses=clauses):
            yield f"{margin}rule {name.text}{optional(title)}"
            yield from _block(clauses, margin + _INDENT)
        case tree.Test(title=title, steps=steps):
            yield f"test {literal(title)}"
            yield from _steps(steps, _INDENT)
            yield "end test"
        case (
            tree.OnStep()
            | tree.GivenFile()
            | tree.GivenFact()
            | tree.WithoutFact()
            | tree.Expectation()
            | tree.Columns()
            | tree.Row()
        ):
            yield from _steps((node,), margin)
        case tree.Broken():
            raise ValueError(_NO_TEXT)
        case _:
            yield from _declaration(node, margin)


def _declaration(
    node: tree.Vocabulary
    | tree.VocabularyPart
    | tree.SetDeclaration
    | tree.SetEdition
    | tree.Parameter
    | tree.ParameterClause
    | tree.Definition
    | tree.Table
    | tree.TableClause
    | tree.Waiver
    | tree.Profile
    | AnyClause,
    margin: str,
) -> Iterator[str]:
    match node:
        case tree.Vocabulary(name=name, label=label, parts=parts):
            yield f"vocabulary {name.text}{optional(label)}"
            yield from _parts(parts)
            yield "end vocabulary"
        case tree.RecordDeclaration(name=name, label=label, facts=facts):
            yield f"{margin}record {name.text}{optional(label)}"
            yield from _facts(facts, margin + _INDENT)
            yield f"{margin}end record"
        case tree.FactDeclaration():
            yield from _facts((node,), margin)
        case tree.EnumerationDeclaration(name=name, members=members):
            words = [member.text for member in members]
            yield from _wrapped(f"{margin}type {name.text} is one of ", words, margin)
        case (
            tree.SetDeclaration()
            | tree.Definition()
            | tree.Parameter()
            | tree.Table()
            | tree.Waiver()
            | tree.Profile()
        ):
            yield from _enclosed(node)
        case (
            tree.InputsClause()
            | tree.ResultClause()
            | tree.EditionClause()
            | tree.CaseRow()
            | tree.OtherwiseRow()
        ):
            yield margin + _part_of_table(node, len(margin))
        case tree.ParameterEdition():
            yield margin + _stated(node, len(margin))
        case tree.SetEdition():
            yield from _edition(node, margin)
        case _:
            yield clause(node, margin)


def _enclosed(
    node: tree.SetDeclaration
    | tree.Definition
    | tree.Parameter
    | tree.Table
    | tree.Waiver
    | tree.Profile,
) -> Iterator[str]:
    """Yield an item: its heading, its parts, and the words that close it."""
    parts: Sequence[Construct]
    name = node.name.text
    match node:
        case tree.SetDeclaration(type=kind, label=label, editions=parts):
            word, heading = "set", f"{name} of {kind.text}{optional(label)}"
        case tree.Definition(label=label, clauses=parts):
            word, heading = "define", f"{name}{optional(label)}"
        case tree.Parameter(type=kind, label=label, clauses=parts):
            word, heading = "parameter", f"{name} : {kind.text}{optional(label)}"
        case tree.Table(label=label, clauses=parts):
            word, heading = "table", f"{name} unique{optional(label)}"
        case tree.Profile(label=label, clauses=parts):
            word, heading = "profile", f"{name}{optional(label)}"
        case _:
            word, heading, parts = "waiver", name, node.clauses
    yield f"{word} {heading}"
    yield from _block(parts, _INDENT)
    yield f"end {word}"


def _block(nodes: Iterable[Construct], margin: str) -> Iterator[str]:
    for node in nodes:
        yield from lines(node, margin)


def _file(items: Sequence[tree.Item | tree.Broken]) -> Iterator[str]:
    """Yield items with an empty line between them, except between instruments."""
    previous: tree.Item | tree.Broken | None = None
    for item in items:
        together = isinstance(previous, tree.Instrument) and isinstance(item, tree.Instrument)
        if previous is not None and not together:
            yield ""
        yield from lines(item)
        previous = item


# --- policies ---------------------------------------------------------------------------------


def _policy(node: tree.Policy) -> Iterator[str]:
    yield f"policy {node.name.text}{optional(node.title)}"
    yield from _block(node.clauses, _INDENT)
    yield from _block(node.rules, _INDENT)
    yield "end policy"


# --- vocabularies and sets --------------------------------------------------------------------


def _parts(parts: Sequence[tree.VocabularyPart | tree.Broken]) -> Iterator[str]:
    """Yield facts in aligned runs, with an empty line around everything else."""
    for is_fact, run in groupby(parts, key=lambda part: isinstance(part, tree.FactDeclaration)):
        if is_fact:
            yield ""
            yield from _facts(tuple(run), _INDENT)
        else:
            for part in run:
                yield ""
                yield from lines(part, _INDENT)


def _facts(facts: Sequence[tree.VocabularyPart | tree.Broken], margin: str) -> Iterator[str]:
    """Yield facts with their colons, types and labels below one another."""
    rows = [_columns(fact) for fact in facts]
    name_width = max((len(name) for name, _, _ in rows), default=0)
    type_width = max((len(kind) for _, kind, _ in rows), default=0)
    for name, kind, label in rows:
        yield f"{margin}{name.ljust(name_width)} : {kind.ljust(type_width)} {label}".rstrip()


def _columns(fact: tree.VocabularyPart | tree.Broken) -> tuple[str, str, str]:
    if not isinstance(fact, tree.FactDeclaration):
        raise ValueError(_NO_TEXT)  # noqa: TRY004 - the kind is right, its content is not.
    words = [_type(fact.type)]
    if fact.required:
        words.append("required")
    if fact.presumed is not None:
        words.append(f"presumed {expression(fact.presumed, 0)}")
    if fact.sensitive:
        words.append("sensitive")
    label = "" if fact.label is None else literal(fact.label)
    return fact.name.text, " ".join(words), label


def _type(node: tree.TypeName | tree.InlineEnumeration) -> str:
    many = "list of " if node.is_list else ""
    if isinstance(node, tree.TypeName):
        return many + node.name.text
    return f"{many}one of {{{', '.join(member.text for member in node.members)}}}"


def _days(start: tree.DateLiteral | None, end: tree.End | None) -> str:
    first = f"from {literal(start)} " if start else ""
    last = f"{end.text} " if end else ""
    return first + last


def _stated(node: tree.ParameterEdition, indent: int) -> str:
    value = expression(node.value, indent)
    cited = "" if node.source is None else f" source {cited_in(node.source)}"
    return f"{_days(node.start, node.end)}is {value}{cited}"


def _part_of_table(
    node: tree.InputsClause
    | tree.ResultClause
    | tree.EditionClause
    | tree.CaseRow
    | tree.OtherwiseRow,
    indent: int,
) -> str:
    match node:
        case tree.InputsClause(inputs=inputs):
            return "given " + ", ".join(f"{each.name.text} : {each.type.text}" for each in inputs)
        case tree.ResultClause(type=kind):
            return f"gives {kind.text}"
        case tree.EditionClause(start=start, end=end):
            return _days(start, end).rstrip()
        case tree.CaseRow(cells=cells, value=value):
            shown = ", ".join(cell(each, indent) for each in cells)
            return f"case {shown} gives {expression(value, indent)}"
        case tree.OtherwiseRow(value=value):
            return f"otherwise gives {expression(value, indent)}"
    assert_never(node)


def _edition(node: tree.SetEdition, margin: str) -> Iterator[str]:
    head = f"{margin}{_days(node.start, node.end)}is "
    match node.members:
        case tree.CsvColumn(name=name, file=file):
            yield f"{head}column {literal(name)} of {literal(file)}"
        case tree.SetLiteral(members=members):
            yield from _wrapped(head, [expression(each, len(margin)) for each in members], margin)
        case _:
            assert_never(node.members)


def _wrapped(head: str, members: Sequence[str], margin: str) -> Iterator[str]:
    """Yield members in braces behind a head, over several lines where one would be too long."""
    line = f"{head}{{{', '.join(members)}}}"
    if len(line) <= _WIDEST:
        yield line
        return
    yield f"{head}{{"
    inner = margin + _INDENT
    row = inner
    for position, member in enumerate(members):
        word = member if position == len(members) - 1 else f"{member},"
        if row != inner and len(row) + len(word) + 1 > _WIDEST:
            yield row
            row = inner
        row += word if row == inner else f" {word}"
    yield row
    yield f"{margin}}}"


# --- tests ------------------------------------------------------------------------------------


def _step(node: tree.TestStep | tree.Broken) -> str:
    match node:
        case tree.OnStep(day=day):
            return f"on {literal(day)}"
        case tree.GivenFile(file=file):
            return f"given file {literal(file)}"
        case tree.GivenFact(path=given, value=value):
            return f"given {given.text} is {_told(value)}"
        case tree.WithoutFact(path=missing):
            return f"without {missing.text}"
        case tree.Expectation():
            return f"expect {_expected(node)}"
        case _:
            raise ValueError(_NO_TEXT)


def _told(value: tree.Expression | tree.Told) -> str:
    return value.value if isinstance(value, tree.Told) else expression(value, len(_INDENT))


def _expected(node: tree.Expectation) -> str:
    rules = ", ".join(rule.id for rule in node.rules)
    waivers = ", ".join(waiver.text for waiver in node.waivers)
    paths = ", ".join(each.text for each in node.paths)
    if rules and paths:
        return f"{node.expected.value} {rules} because {paths} is unknown"
    return f"{node.expected.value} {rules}{waivers}{paths}".rstrip()


def _steps(steps: Iterable[tree.TestStep | tree.Broken], margin: str) -> Iterator[str]:
    """Yield the steps of a test, the columns of a table below one another."""
    table: list[tree.Columns | tree.Row] = []
    for step in steps:
        if isinstance(step, tree.Columns | tree.Row):
            table.append(step)
        else:
            yield from _table(table, margin)
            table = []
            yield margin + _step(step)
    yield from _table(table, margin)


def _table(rows: Sequence[tree.Columns | tree.Row], margin: str) -> Iterator[str]:
    yield from (f"{margin}{line}" for line in aligned([_cells(row) for row in rows]))


def _cells(row: tree.Columns | tree.Row) -> tuple[str, ...]:
    """Return the keyword of a line of a table, and what stands in its columns."""
    if isinstance(row, tree.Columns):
        return "for each", *(each.text for each in row.paths), "expect"
    return "case", *(_told(cell.value) for cell in row.cells), _expected(row.expectation)
