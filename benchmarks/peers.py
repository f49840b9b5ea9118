"""Other engines with the rules of the workload, as far as `pip install --group bench` is done.

Each takes a campaign as `json.loads` makes it, and answers with the numbers of all rules that are
breached and nothing else, in the quickest way into it that was found. Whatever its language cannot
say is computed in Python before, and is part of its time: dates and money for all of them
(`neutral.prepared`), and for Cedar, which has no quantifiers, all about the elements of lists.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any, TypeAlias, assert_never

from benchmarks.neutral import (
    All,
    Compares,
    Condition,
    Either,
    Holds,
    Not,
    OneOf,
    Overlaps,
    Some,
    prepared,
)

Breached: TypeAlias = Callable[[Mapping[str, Any]], list[int]]
"""Finds the rules that a campaign breaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine with some rules."""

    name: str
    breached: Breached


def json_reader() -> Callable[[bytes], object] | None:
    """Return `orjson.loads`, or None where it is not installed."""
    orjson = _module("orjson")
    return None if orjson is None else orjson.loads


def installed(rules: Sequence[Condition], today: date) -> Iterator[Peer]:
    """Yield every engine that is installed, with rules."""
    for distribution, module, made in (
        ("datalogic-py", "datalogic_py", _datalogic),
        ("zen-engine", "zen", _zen),
        ("cedarpy", "cedarpy", _cedar),
        ("gordon-to-regorus", "regorus", _rego),  # The one build of Regorus on the index.
    ):
        engine = _module(module)
        if engine is not None:
            name = f"{module.partition('_')[0]} {version(distribution)}"
            yield Peer(name=name, breached=made(engine, rules, today))


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


# --- datalogic: JSON Logic in Rust ------------------------------------------------------------


def _datalogic(engine: Any, rules: Sequence[Condition], today: date) -> Breached:
    """Return the rules as one array, which is quicker than many calls."""
    compiled = engine.Engine().compile(json.dumps([_logic(each) for each in rules]))

    def breached(campaign: Mapping[str, Any]) -> list[int]:
        found = compiled.evaluate(prepared(campaign, today))
        return [number for number, is_breached in enumerate(found) if is_breached]

    return breached


def _logic(condition: Condition) -> dict[str, Any]:
    match condition:
        case Holds(path):
            return {"var": path}
        case Compares(path, operator, value):
            return {operator: [{"var": path}, value]}
        case OneOf(path, values):
            return {"in": [{"var": path}, list(values)]}
        case Overlaps(path, values):
            return {"some": [{"var": path}, {"in": [{"var": ""}, list(values)]}]}
        case Not(part):
            return {"!": [_logic(part)]}
        case All(parts):
            return {"and": [_logic(part) for part in parts]}
        case Either(parts):
            return {"or": [_logic(part) for part in parts]}
        case Some(path, part):
            return {"some": [{"var": path}, _logic(part)]}
        case _:
            assert_never(condition)


# --- zen: the expressions of GoRules in Rust --------------------------------------------------


def _zen(engine: Any, rules: Sequence[Condition], today: date) -> Breached:
    """Return the rules as one expression, a list."""
    expression = engine.compile_expression(f"[{', '.join(_zen_text(each, '') for each in rules)}]")

    def breached(campaign: Mapping[str, Any]) -> list[int]:
        found = expression.evaluate(prepared(campaign, today))
        return [number for number, is_breached in enumerate(found) if is_breached]

    return breached


def _zen_text(condition: Condition, here: str) -> str:
    match condition:
        case Holds(path):
            return f"{here}{path}"
        case Compares(path, operator, value):
            return f"{here}{path} {operator} {json.dumps(value)}"
        case OneOf(path, values):
            return f"{here}{path} in {json.dumps(values)}"
        case Overlaps(path, values):
            return f"some({here}{path}, # in {json.dumps(values)})"
        case Not(part):
            return f"not ({_zen_text(part, here)})"
        case All(parts):
            return " and ".join(f"({_zen_text(part, here)})" for part in parts)
        case Either(parts):
            return " or ".join(f"({_zen_text(part, here)})" for part in parts)
        case Some(path, part):
            return f"some({here}{path}, {_zen_text(part, '#.')})"
        case _:
            assert_never(condition)


# --- Cedar in Rust ----------------------------------------------------------------------------


def _cedar(engine: Any, rules: Sequence[Condition], today: date) -> Breached:
    """Return the rules as policies that forbid, and what they say of elements as Python."""
    elements = list(dict.fromkeys(each for rule in rules for each in _quantifiers(rule)))
    names = {each: f"f{number}" for number, each in enumerate(elements)}
    parts = ", ".join(f"({names[each]!r}, {_python_text(each, 'campaign')})" for each in elements)
    facts: Callable[[Any], list[tuple[str, bool]]] = eval(f"lambda campaign: [{parts}]")  # noqa: S307 - a text of this module.
    policies = engine.PolicySet.from_str(
        "\n".join(
            f"forbid(principal, action, resource) when {{ {_cedar_text(each, names)} }};"
            for each in rules
        )
    )
    nothing = engine.Entities.from_json_str("[]")
    asked = {"principal": 'User::"a"', "action": 'Action::"launch"', "resource": 'Campaign::"c"'}

    def breached(campaign: Mapping[str, Any]) -> list[int]:
        ready = prepared(campaign, today)
        ready["holds"] = [name for name, holds in facts(ready) if holds]
        answer = engine.is_authorized({**asked, "context": ready}, policies, nothing)
        assert not answer.diagnostics.errors, answer.diagnostics.errors
        return sorted(int(each.removeprefix("policy")) for each in answer.diagnostics.reasons)

    return breached


def _quantifiers(condition: Condition) -> Iterator[Some]:
    match condition:
        case Some():
            yield condition
        case All(parts) | Either(parts):
            for part in parts:
                yield from _quantifiers(part)
        case Not(part):
            yield from _quantifiers(part)
        case Holds() | Compares() | OneOf() | Overlaps():
            return
        case _:
            assert_never(condition)


def _cedar_text(condition: Condition, names: Mapping[Some, str]) -> str:
    match condition:
        case Holds(path):
            return f"context.{path}"
        case Compares(path, operator, value):
            return f"context.{path} {operator} {json.dumps(value)}"
        case OneOf(path, values):
            return f"{json.dumps(values)}.contains(context.{path})"
        case Overlaps(path, values):
            return f"context.{path}.containsAny({json.dumps(values)})"
        case Not(part):
            return f"!({_cedar_text(part, names)})"
        case All(parts):
            return " && ".join(f"({_cedar_text(part, names)})" for part in parts)
        case Either(parts):
            return " || ".join(f"({_cedar_text(part, names)})" for part in parts)
        case Some():
            return f'context.holds.contains("{names[condition]}")'
        case _:
            assert_never(condition)


def _python_text(condition: Condition, here: str) -> str:
    """Return a condition as an expression of Python; nested elements have longer names."""
    match condition:
        case Holds(path):
            return _member(here, path)
        case Compares(path, operator, value):
            return f"{_member(here, path)} {operator} {value!r}"
        case OneOf(path, values):
            return f"{_member(here, path)} in {set(values)!r}"
        case Overlaps(path, values):
            return f"not {set(values)!r}.isdisjoint({_member(here, path)})"
        case Not(part):
            return f"not ({_python_text(part, here)})"
        case All(parts):
            return " and ".join(f"({_python_text(part, here)})" for part in parts)
        case Either(parts):
            return " or ".join(f"({_python_text(part, here)})" for part in parts)
        case Some(path, part):
            element = f"{here}_"
            return f"any({_python_text(part, element)} for {element} in {_member(here, path)})"
        case _:
            assert_never(condition)


def _member(here: str, path: str) -> str:
    return here + "".join(f"[{name!r}]" for name in path.split("."))


# --- Regorus: Rego in Rust --------------------------------------------------------------------


def _rego(engine: Any, rules: Sequence[Condition], today: date) -> Breached:
    """Return the rules as one set of the numbers that are breached."""
    loaded = engine.Engine()
    bodies = (
        f"found contains {number} if {{ {_rego_text(each, 'input')} }}"
        for number, each in enumerate(rules)
    )
    loaded.add_policy("rules.rego", "\n".join(("package rules", "import rego.v1", *bodies)))

    def breached(campaign: Mapping[str, Any]) -> list[int]:
        loaded.set_input(prepared(campaign, today))
        return sorted(loaded.eval_rule("data.rules.found"))

    return breached


def _rego_text(condition: Condition, here: str) -> str:
    """Return a condition as a body of Rego; nested elements have longer names."""
    match condition:
        case Holds(path):
            return f"{here}.{path} == true"
        case Compares(path, operator, value):
            return f"{here}.{path} {operator} {json.dumps(value)}"
        case OneOf(path, values):
            return f"{here}.{path} in {_rego_set(values)}"
        case Overlaps(path, values):
            return f"count({{each | some each in {here}.{path}}} & {_rego_set(values)}) > 0"
        case Not(part):
            return f"not {_rego_text(part, here)}"
        case All(parts):
            return "; ".join(_rego_text(part, here) for part in parts)
        case Either(parts):
            return f"true in [{', '.join(_rego_text(part, here) for part in parts)}]"
        case Some(path, part):
            element = f"{here}_"
            return f"some {element} in {here}.{path}; {_rego_text(part, element)}"
        case _:
            assert_never(condition)


def _rego_set(values: Sequence[str]) -> str:
    return f"{{{', '.join(map(json.dumps, values))}}}"
