"""The whole floor in one pass: syntax trees of all files to typed policies and tests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ..source.diagnostic import Diagnostic
from ..source.memory import Memory, Same
from ..source.text import Source
from ..syntax import tree as syntax
from ..syntax.visit import items_of
from .cases import Case, cases_of
from .declarations.declared import Declared, declarations
from .declarations.names import Names
from .elaborate import Scope
from .findings import EnoughError, Findings, Report, recalled
from .rules.overrides import WrittenRule, overridden, override_faults, written_rules
from .rules.policies import policy_rules
from .rules.profiles import Tightening, enforced, profile_structure, tightened_rules
from .rules.waivers import Waivable, waived_rules, waiver, with_waivers
from .tree import MARKET, Parameter, Policies, Rule, Waiver
from .types import Scalar

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the files of a bundle mean together; without faults it can be decided by."""

    policies: Policies
    cases: tuple[Case, ...]


def check(
    files: Mapping[str, syntax.File],
    sources: Mapping[str, Source],
    memory: Memory | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Return the meaning of parsed files, by name, and everything that is wrong with them.

    `sources` are their texts, and those of the files that list members of sets.
    The order of the files does not matter. There is no meaning without a vocabulary, nor where
    one file has more faults than are listed: there the check ends. With the `memory` of an earlier
    check, policies of the same tree are not checked again where all files declare the same.
    """
    findings = Findings()
    trees = [files[name] for name in sorted(files)]
    memory = Memory() if memory is None else memory
    try:
        checked = _meaning(trees, sources, findings.report, memory)
    except EnoughError:
        checked = None
    memory.forget_rest()
    return checked, findings.listed()


def _meaning(
    trees: list[syntax.File], sources: Mapping[str, Source], report: Report, memory: Memory
) -> Checked | None:
    declared = declarations(trees, sources, report, memory)
    if declared is None:
        return None
    names = Names(sources=sources, report=report)
    checker = _Checker(
        sources=sources, names=names, report=report, declared=declared, memory=memory
    )
    return checker.read(trees)


def _sound(made: Mapping[str, Made | None]) -> dict[str, Made]:
    """Return what has no faults, in order of its name."""
    return {name: each for name, each in sorted(made.items()) if each is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checker:
    """Reads rules and tests, by what all files declare."""

    sources: Mapping[str, Source]
    names: Names
    report: Report
    declared: Declared
    memory: Memory

    def read(self, files: list[syntax.File]) -> Checked:
        """Return everything that decides, and the tests."""
        declared = self.declared
        rules = tuple(sorted(self._overridden(files), key=lambda rule: rule.id))
        policies = Policies(
            vocabulary=declared.vocabulary,
            sets=declared.sets,
            rules=rules,
            parameters=self._tightened(files, rules),
            definitions=_sound(declared.definitions),
            tables=_sound(declared.tables),
        )
        names, waived = self._rule_names(files), waived_rules(files)
        cases = tuple(
            case
            for node in items_of(syntax.Test, files)
            for case in cases_of(node, self._scope(node), names, waived)
        )
        return Checked(policies=policies, cases=cases)

    def _scope(self, node: syntax.Node) -> Scope:
        declared = self.declared
        return Scope(
            source=self.sources[node.span.source],
            vocabulary=declared.vocabulary,
            sets=declared.sets,
            parameters=declared.parameters,
            definitions=declared.definitions,
            tables=declared.tables,
            report=self.report,
        )

    def _rules(self, files: Iterable[syntax.File]) -> Iterator[Rule]:
        for node in items_of(syntax.Policy, files):
            self.names.claim("policy", node.name.text, node.name.span)
            yield from self._of_policy(node)

    def _of_policy(self, node: syntax.Policy) -> tuple[Rule, ...]:
        # A tree belongs to one text, which is all that a policy is made from beside declarations.
        key = ("rules", Same(node), Same(self.declared))

        def make(report: Report) -> tuple[Rule, ...]:
            scope = replace(self._scope(node), report=report).binding(MARKET, Scalar.PLACE)
            return tuple(policy_rules(node, scope, self.declared.instruments))

        return recalled(self.memory, key, make, self.report)

    def _overridden(self, files: Sequence[syntax.File]) -> Iterator[Rule]:
        """Yield the rules, each with the permissions that lift it and what waives it."""
        profiles = tuple(items_of(syntax.Profile, files))
        profile_structure(profiles, files, self.report)
        for node in profiles:
            self.names.claim("profile", node.name.text, node.name.span)
        written = tightened_rules(profiles, written_rules(files), self.sources, self.report)
        for fault in override_faults(written):
            self.report(fault)
        rules = overridden(enforced(self._rules(files), written), written)
        return with_waivers(rules, tuple(self._waivers(files, written)))

    def _waivers(
        self, files: Iterable[syntax.File], written: Mapping[str, WrittenRule]
    ) -> Iterator[tuple[str, Waiver]]:
        """Yield the waivers that are well formed, each with the id of its rule."""
        rules = {name: Waivable.written(rule) for name, rule in written.items()}
        for node in items_of(syntax.Waiver, files):
            self.names.claim("waiver", node.name.text, node.name.span)
            made = waiver(node, self._scope(node).binding(MARKET, Scalar.PLACE), rules)
            if made is not None:
                yield made

    def _tightened(
        self, files: Iterable[syntax.File], rules: tuple[Rule, ...]
    ) -> dict[str, Parameter]:
        """Return the parameters, those that profiles tighten with what these make of them."""
        profiles = [(node, self._scope(node)) for node in items_of(syntax.Profile, files)]
        sound = _sound(self.declared.parameters)
        tightening = Tightening(
            rules=rules,
            instruments=self.declared.instruments,
            sources=self.sources,
            report=self.report,
        )
        return tightening.parameters(profiles, sound) if profiles else sound

    def _rule_names(self, files: Iterable[syntax.File]) -> frozenset[str]:
        """Return the name of every rule, also of those with faults, claiming each."""
        found = set()
        for node in items_of(syntax.Policy, files):
            for rule in node.rules:
                name = f"{node.name.text}/{rule.name.text}"
                self.names.claim("rule", name, rule.name.span)
                found.add(name)
        return frozenset(found)
