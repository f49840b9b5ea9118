"""Values and conditions as text, with brackets only where the grammar needs them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from engine.bundle.grants import quoted
from engine.syntax import tree

_CONDITIONS = (
    *(tree.Comparison, tree.Within, tree.Junction, tree.MixedJunction),
    *(tree.Listing, tree.Not, tree.Quantified),
)
_JOINED = (tree.Junction, tree.MixedJunction, tree.Listing)
_TIGHT = (tree.ArithmeticOperator.MULTIPLY, tree.ArithmeticOperator.DIVIDE)


def expression(node: tree.Expression, indent: int) -> str:
    """Return an expression; the items of its labelled lists stand two columns behind `indent`."""
    match node:
        case tree.Comparison(comparator=comparator, left=left, right=right):
            bounds = " and ".join(_value_operand(operand, indent) for operand in right)
            return f"{_value_operand(left, indent)} {comparator.phrase} {bounds}".rstrip()
        case tree.Within():
            return _within(node, indent)
        case tree.Junction(kind=kind, operands=operands):
            shown = (_operand(operand, _JOINED, indent) for operand in operands)
            return f" {kind.value} ".join(shown)
        case tree.MixedJunction(operands=operands, second=second):
            return _mixed(operands, second.text, indent)
        case tree.Listing():
            return _listing(node, indent)
        case tree.Not(operand=operand):
            return f"not {_operand(operand, _JOINED, indent)}"
        case tree.Quantified():
            return _quantified(node, indent)
        case _:
            return _value(node, indent)


def _operand(node: tree.Expression, bracketed: tuple[type, ...], indent: int) -> str:
    """Return a part of an expression, in brackets where it is of a kind that needs them."""
    shown = expression(node, indent)
    return f"({shown})" if isinstance(node, bracketed) else shown


def _value_operand(node: tree.Expression, indent: int) -> str:
    return _operand(node, _CONDITIONS, indent)


def _within(node: tree.Within, indent: int) -> str:
    left, length, anchor = (
        _value_operand(operand, indent) for operand in (node.left, node.length, node.anchor)
    )
    return f"{left} is within {length} {'before' if node.before else 'after'} {anchor}"


def _mixed(operands: Sequence[tree.Expression], second: str, indent: int) -> str:
    """Return operands joined by the other word up to the last, where `second` stands."""
    first = "or" if second == "and" else "and"
    *rest, last = (_operand(operand, _JOINED, indent) for operand in operands)
    return f" {first} ".join(rest) + f" {second} {last}"


def _listing(node: tree.Listing, indent: int) -> str:
    margin = " " * (indent + 2)
    items = (
        f"\n{margin}({item.label}) {_operand(item.condition, (tree.Listing,), indent + 6)}"
        for item in node.items
    )
    return node.kind.value + ";".join(items)


def _quantified(node: tree.Quantified, indent: int) -> str:
    head = f"{node.kind.value} {node.variable.text} in {node.collection.text}"
    if_any = ", if any," if node.if_any else ""
    return f"{head}{if_any} has ({expression(node.condition, indent)})"


# --- values -----------------------------------------------------------------------------------

_Value = (
    tree.Literal
    | tree.Today
    | tree.Path
    | tree.SetLiteral
    | tree.Arithmetic
    | tree.PercentOf
    | tree.Aggregate
    | tree.Lookup
)


def _value(node: _Value, indent: int) -> str:
    match node:
        case tree.Arithmetic():
            return _arithmetic(node, indent)
        case tree.PercentOf(percent=percent, whole=whole):
            inner = _operand(whole, (tree.Arithmetic, *_CONDITIONS), indent)
            return f"{_numeral(percent.value)}% of {inner}"
        case tree.Lookup(table=table, arguments=arguments):
            shown = (_value_operand(argument, indent) for argument in arguments)
            return f"{table.text}({', '.join(shown)})"
        case tree.SetLiteral(members=members):
            return f"{{{', '.join(_value_operand(member, indent) for member in members)}}}"
        case tree.Aggregate():
            return _aggregate(node, indent)
        case tree.Path():
            return node.text
        case tree.Today():
            return "today"
        case _:
            return literal(node)


def _aggregate(node: tree.Aggregate, indent: int) -> str:
    collection = node.collection.text
    if node.variable is None:
        return f"{node.kind.value} of {collection}"
    value = "" if node.value is None else f"{_value_operand(node.value, indent)} for "
    where = ""
    if node.where is not None:
        where = f" where {_operand(node.where, (tree.Listing,), indent)}"
    return f"{node.kind.value} of ({value}each {node.variable.text} in {collection}{where})"


def cell(node: tree.CaseCell, indent: int) -> str:
    """Return for which values a case of a table is meant."""
    match node:
        case tree.AnyCell():
            return "any"
        case tree.BoundCell(comparator=comparator, limit=limit):
            return f"{comparator.phrase.removeprefix('is ')} {_value_operand(limit, indent)}"
        case tree.RangeCell(low=low, high=high):
            return f"{_value_operand(low, indent)} to {_value_operand(high, indent)}"
        case _:
            return _value_operand(node, indent)


def _arithmetic(node: tree.Arithmetic, indent: int) -> str:
    is_tight = node.operator in _TIGHT
    left, right = _value_operand(node.left, indent), _value_operand(node.right, indent)
    if isinstance(node.left, tree.Arithmetic) and is_tight and not _is_tight(node.left):
        left = f"({left})"
    if isinstance(node.right, tree.Arithmetic) and (is_tight or not _is_tight(node.right)):
        right = f"({right})"
    return f"{left} {node.operator.value} {right}"


def _is_tight(node: tree.Arithmetic) -> bool:
    return node.operator in _TIGHT


def literal(node: tree.Literal) -> str:
    """Return a literal as it would be written."""
    match node:
        case tree.NumberLiteral(value=value):
            return _numeral(value)
        case tree.PercentLiteral(value=value):
            return f"{_numeral(value)}%"
        case tree.MoneyLiteral(currency=currency, amount=amount):
            return f"{currency} {_numeral(amount)}"
        case tree.DateLiteral(value=day):
            return day.isoformat()
        case tree.MeasureLiteral(amount=amount, unit=unit):
            return f"{_numeral(amount)} {unit.one if amount == 1 else unit.several}"
        case tree.PeriodLiteral(start=start, end=end):
            return f"{start.isoformat()} to {end.isoformat()}"
        case tree.TextLiteral(value=text):
            return quoted(text)
        case tree.YesNoLiteral(value=flag):
            return "yes" if flag else "no"
    assert_never(node)


def _numeral(value: Decimal) -> str:
    return format(value, "f")
