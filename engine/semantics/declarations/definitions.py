"""Statutory definitions: named conditions, each made after those that it rests on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...syntax import tree as syntax
from ...syntax.lexis import MAXIMUM_HEIGHT, MonthEnd
from ...syntax.visit import all_of, any_broken, first_of
from .. import faults
from ..clauses import Reasons, structure_faults
from ..conditions import MOST_PARTS, checked_clause
from ..elaborate import Scope, bare_word, condition
from ..tree import Definition
from .instruments import Instrument, cited

_NEEDED: Reasons = {
    syntax.MeansClause: "say what it means: `means campaign.audience.minimum_age is less than 18`"
}

Written = tuple[syntax.Definition, Scope]
"""A definition as it stands in a file, with what names mean there."""


def definitions(
    written: Iterable[Written], instruments: Mapping[str, Instrument]
) -> dict[str, Definition | None]:
    """Return definitions by name, None where one has faults or rests on one that has."""
    maker = _Maker(
        written={node.name.text: (node, scope) for node, scope in written},
        instruments=instruments,
    )
    for name in sorted(maker.written):
        maker.make(name, ())
    return maker.made


@dataclass(slots=True, kw_only=True)
class _Maker:
    written: Mapping[str, Written]
    instruments: Mapping[str, Instrument]
    made: dict[str, Definition | None] = field(default_factory=dict)

    def make(self, name: str, above: tuple[str, ...]) -> None:
        """Make a definition, and before it all that it rests on; `above` rest on this one."""
        if name in self.made:
            return
        node, scope = self.written[name]
        path = (*above, name)
        for used in _named(node):
            other = used.steps[0].name
            if other in path:
                circle = path[path.index(other) :]
                scope.report(faults.names.circular_definition(used.span, circle))
                self.made.update(dict.fromkeys(circle))
            elif other in self.written and len(path) > MAXIMUM_HEIGHT:
                # Each definition is a part within the one above: this is too high already.
                scope.report(faults.structure.sprawling(used.span, MOST_PARTS))
                self.made.update(dict.fromkeys(path))
            elif other in self.written:
                self.make(other, path)
        if name not in self.made:
            self.made[name] = self._definition(node, scope)

    def _definition(self, node: syntax.Definition, scope: Scope) -> Definition | None:
        heeded, found = scope.heeding()
        for fault in structure_faults(node, "definition", _NEEDED):
            heeded.report(fault)
        inner = replace(heeded, definitions=self.made)
        source = first_of(syntax.SourceClause, node.clauses)
        means = first_of(syntax.MeansClause, node.clauses)
        sources = cited(source, self.instruments, inner.report)
        made = None
        if means is not None:
            made = checked_clause(inner, means.span, means.condition, towards_denial=None)
        if means is None or made is None or found or any_broken(node.clauses):
            return None
        rounding_up = condition(replace(inner, month_end=MonthEnd.ROUNDS_UP), means.condition)
        # INVARIANT: it is the same text, in which there was no fault.
        assert rounding_up is not None  # noqa: S101 - as said.
        label = node.label.value if node.label else node.name.text.replace("_", " ")
        return Definition(
            name=node.name.text,
            label=label,
            sources=sources,
            clause=made,
            rounding_up=rounding_up,
        )


def _named(node: syntax.Definition) -> Iterator[syntax.Path]:
    """Yield the bare words that stand as conditions in what a definition means.

    Within a value such a word stands where an aggregate chooses its elements, and there alone.
    """
    means = all_of(syntax.MeansClause, node.clauses)
    waiting: list[syntax.Expression] = [each.condition for each in means]
    while waiting:
        match waiting.pop():
            case syntax.Junction(operands=operands) | syntax.MixedJunction(operands=operands):
                waiting.extend(operands)
            case syntax.Listing(items=items):
                waiting.extend(item.condition for item in items)
            case syntax.Not(operand=inner) | syntax.Quantified(condition=inner):
                waiting.append(inner)
            case syntax.Path() as path if bare_word(path):
                yield path
            case syntax.Comparison(left=left, right=right):
                waiting.extend(_choices((left, *right)))
            case syntax.Within(left=left, length=length, anchor=anchor):
                waiting.extend(_choices((left, length, anchor)))
            case _:
                pass


def _choices(values: Iterable[syntax.Expression]) -> Iterator[syntax.Expression]:
    """Yield the conditions by which the aggregates among some values choose their elements."""
    waiting = list(values)
    while waiting:
        match waiting.pop():
            case syntax.Arithmetic(left=left, right=right):
                waiting.extend((left, right))
            case syntax.PercentOf(whole=whole):
                waiting.append(whole)
            case syntax.Lookup(arguments=arguments):
                waiting.extend(arguments)
            case syntax.Aggregate(value=value, where=where):
                waiting.extend(() if value is None else (value,))
                yield from () if where is None else (where,)
            case _:
                pass
