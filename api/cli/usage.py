"""What is wrong with the arguments of a command, in the words of the other messages.

Click words its own faults, and shows what was written as Python would. Those of this house say
themselves what is wrong, and stay as they are.
"""

import ast
import re

import click
from click.exceptions import NoSuchCommand

from engine.source.quoting import excerpt
from engine.source.suggest import nearest

_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_NUMBER = re.compile(r"(.*) is not (?:a valid|in the range) [^']*", re.DOTALL)
_KIND_OF_PATH = re.compile(r"(?:Path|File|Directory) (?=['\"])")


def wrong_arguments(error: click.UsageError) -> str:
    """Return what is wrong with the arguments of a command."""
    match error:
        case click.NoSuchOption():
            near = next(iter(error.possibilities or ()), None)  # The parser has compared them.
            return f"no such option {excerpt(error.option_name)}{_meant(near)}"
        case NoSuchCommand():
            near = nearest(error.command_name, _commands(error.ctx))
            return f"no such command {excerpt(error.command_name)}{_meant(near)}"
        case click.MissingParameter():
            return f"missing {_missing(error)}"
        case click.BadParameter():
            hint = _hint(error)
            return f"invalid value{f' for {hint}' if hint else ''}: {_invalid(error)}"
        case click.BadOptionUsage():
            return _requoted(error.message)
    extra = _EXTRA.fullmatch(error.message)
    if extra is not None:
        return f"unexpected argument {excerpt(extra[1])}"
    return _begun(error.message)


def _commands(ctx: click.Context | None) -> list[str]:
    if ctx is None or not isinstance(ctx.command, click.Group):
        return []
    return ctx.command.list_commands(ctx)


def _missing(error: click.MissingParameter) -> str:
    kind, listed = "parameter", ""
    if error.param is not None:
        kind = error.param.param_type_name
        if isinstance(error.param.type, click.Choice):
            listed = f": one of {', '.join(f'`{each}`' for each in error.param.type.choices)}"
    return f"{kind} {_hint(error)}{listed}"


def _invalid(error: click.BadParameter) -> str:
    """Return why a value does not do, in the words of its type."""
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.IntRange() | click.FloatRange():
            written = _NO_NUMBER.fullmatch(error.message)
            if written is not None:
                return f"{excerpt(_plain(written[1]))} is no {_number(kind)}"
        case click.Choice():
            written = _LITERAL.match(error.message)
            near = nearest(_plain(written[0]), kind.choices) if written is not None else None
            return _requoted(error.message) + _meant(near)
        case click.Path():
            return _requoted(_KIND_OF_PATH.sub("", error.message, count=1))
    return _begun(error.message)


def _number(kind: click.IntRange | click.FloatRange) -> str:
    name = "whole number" if isinstance(kind, click.IntRange) else "number"
    return f"{name} from {kind.min} {'up' if kind.max is None else f'to {kind.max}'}"


def _meant(near: str | None) -> str:
    return f"; did you mean {excerpt(near)}?" if near is not None else ""


def _hint(error: click.BadParameter) -> str:
    if isinstance(error.param_hint, str):
        return f"`{error.param_hint}`"
    return _requoted(error.param.get_error_hint(error.ctx)) if error.param is not None else ""


def _requoted(text: str) -> str:
    """Return a text of Click's with what it shows as Python literals in our own quotation marks."""
    return _begun(_LITERAL.sub(lambda literal: excerpt(_plain(literal[0]), 200), text))


def _plain(text: str) -> str:
    """Return what a Python literal stands for, and any other text as it is."""
    return str(ast.literal_eval(text)) if _LITERAL.fullmatch(text) else text


def _begun(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
