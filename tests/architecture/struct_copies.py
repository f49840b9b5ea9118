"""A plugin of mypy: no struct is copied as if it were a dataclass.

`msgspec` tells type checkers that its structs are dataclasses (PEP 681), so that mypy alone lets
them be given to `dataclasses.replace`, which raises `TypeError` when it runs.
"""

from collections.abc import Callable, Iterator

from mypy.plugin import FunctionContext, Plugin
from mypy.types import Instance, Type, TypeVarType, UnionType, get_proper_type

_OF_DATACLASSES = ("dataclasses.asdict", "dataclasses.astuple", "dataclasses.replace")
_STRUCT = "msgspec.Struct"


class StructCopies(Plugin):
    """Reports the structs that are given to the functions of dataclasses."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return what checks the calls of a function, None where nothing does."""
        return _check if fullname in _OF_DATACLASSES else None


def _check(call: FunctionContext) -> Type:
    for given in _instances(call.arg_types[0][0]):
        if any(base.fullname == _STRUCT for base in given.type.mro):
            told = f"`{given.type.name}` is a struct: take the functions of `msgspec.structs`"
            call.api.fail(told, call.context)
    return call.default_return_type


def _instances(given: Type) -> Iterator[Instance]:
    match get_proper_type(given):
        case Instance() as found:
            yield found
        case UnionType(items=items):
            for each in items:
                yield from _instances(each)
        case TypeVarType(upper_bound=bound):
            yield from _instances(bound)


def plugin(_version: str) -> type[Plugin]:
    """Return the plugin, as mypy asks for it."""
    return StructCopies
