"""The whole floor in one pass: syntax trees of all files to typed policies and tests."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ..source.diagnostic import Diagnostic
from ..source.memory import Memory, Same
from ..source.text import Source, Span
from ..syntax import tree as syntax
from ..syntax.visit import items_of
from . import fact_faults, faults
from .cases import Case, cases_of
from .declare import (
    Instrument,
    Names,
    instruments,
    vocabulary,
)
from .definitions import definitions
from .elaborate import Scope
from .findings import EnoughError, Findings, Report, recalled
from .lists import LIST_SUFFIX
from .overrides import WrittenRule, overridden, override_faults, written_rules
from .parameters import parameter
from .profiles import Tightening, enforced, profile_structure, tightened_rules
from .rules import policy_rules
from .sets import sets
from .tables import table
from .tree import (
    MARKET,
    Definition,
    Parameter,
    Policies,
    Rule,
    SetDefinition,
    Table,
    Waiver,
)
from .types import EnumerationType, ListType, Scalar, Type
from .vocabulary import Vocabulary
from .waivers import Waivable, waived_rules, waiver, with_waivers

Made = TypeVar("Made")

_DEPENDED_ON: Mapping[tuple[str, ...], Type] = {
    ("id",): Scalar.TEXT,
    ("markets",): ListType(element=Scalar.PLACE),
    ("flight", "start"): Scalar.DATE,
    ("flight", "end"): Scalar.DATE,
    ("flight", "until_stopped"): Scalar.YES_NO,
}
"""What every campaign is identified by, and where and when law is read for it."""


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
    declared = recalled(
        memory,
        ("declared", _written_declarations(trees, sources)),
        lambda tell: _declared(trees, sources, tell),
        report,
    )
    if declared is None:
        return None
    names = Names(sources=sources, report=report)
    checker = _Checker(
        sources=sources, names=names, report=report, declared=declared, memory=memory
    )
    return checker.read(trees)


def _written_declarations(files: Iterable[syntax.File], sources: Mapping[str, Source]) -> Hashable:
    """Return all that declarations are made from: where each stands, its words, and the lists."""
    lists = tuple(sources[name] for name in sorted(sources) if name.endswith(LIST_SUFFIX))
    first = next((file.span.source for file in files), "")
    return (
        first,
        lists,
        tuple(
            _written(item, sources)
            for file in files
            for item in file.items
            if not isinstance(item, syntax.Policy | syntax.Test | syntax.Waiver | syntax.Profile)
        ),
    )


def _written(item: syntax.Item | syntax.Broken, sources: Mapping[str, Source]) -> Hashable:
    source, span = sources[item.span.source], item.span
    return source.locate(span.start), span.start, source.slice(span)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """What files declare for all of them; None stands for what has faults or a name not its own."""

    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    sets: Mapping[str, SetDefinition]
    parameters: Mapping[str, Parameter | None]
    tables: Mapping[str, Table | None]
    definitions: Mapping[str, Definition | None]


def _declared(
    trees: list[syntax.File], sources: Mapping[str, Source], report: Report
) -> _Declared | None:
    names = Names(sources=sources, report=report)
    found = vocabulary(trees, names)
    if found is None:
        if trees:
            report(faults.no_vocabulary(_beginning(trees[0])))
        return None
    shapes, enumerations = found
    for fault in _lacking(shapes, next(items_of(syntax.Vocabulary, trees)).name.span):
        report(fault)
    declaring = _Declaring(
        sources=sources,
        names=names,
        report=report,
        vocabulary=shapes,
        enumerations=enumerations,
        instruments=instruments(trees, names),
    )
    return declaring.read(trees)


def _lacking(vocabulary: Vocabulary, span: Span) -> Iterator[Diagnostic]:
    """Yield a fault for each fact that deciding itself depends on and the vocabulary lacks."""
    for path, kind in _DEPENDED_ON.items():
        fact, outermost = vocabulary.find(path), vocabulary.find(path[:1])
        is_one_of_many = len(path) > 1 and outermost is not None and outermost.is_list
        dotted = ".".join((vocabulary.root, *path))
        if fact is None or outermost is None or fact.type != kind or is_one_of_many:
            yield faults.fact_depended_on(span, dotted, kind)
        elif fact.presumed is not None:
            yield fact_faults.plain_fact_needed(fact.span, dotted, "presumed")
        elif fact.sensitive or outermost.sensitive:
            yield fact_faults.plain_fact_needed(fact.span, dotted, "sensitive")


def _sound(made: Mapping[str, Made | None]) -> dict[str, Made]:
    """Return what has no faults, in order of its name."""
    return {name: each for name, each in sorted(made.items()) if each is not None}


def _beginning(file: syntax.File) -> Span:
    return Span(source=file.span.source, start=0, end=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declaring:
    """Reads what files declare; each may use what any file declares before it in kind."""

    sources: Mapping[str, Source]
    names: Names
    report: Report
    vocabulary: Vocabulary
    enumerations: Mapping[str, EnumerationType]
    instruments: Mapping[str, Instrument]

    def read(self, files: list[syntax.File]) -> _Declared:
        """Return what the files declare."""
        known = self._sets(files)
        parameters = self._parameters(files)
        tables = self._tables(files, known)
        written, refused = self._definitions(files, known, parameters, tables)
        return _Declared(
            vocabulary=self.vocabulary,
            instruments=self.instruments,
            sets=known,
            parameters=parameters,
            tables=tables,
            # A name that is taken still means something: its uses are not faults of their own.
            definitions=dict.fromkeys(refused) | definitions(written, self.instruments),
        )

    def _scope(self, node: syntax.Node) -> Scope:
        """Return what names mean in a declaration as far as the vocabulary alone says."""
        source = self.sources[node.span.source]
        return Scope(source=source, vocabulary=self.vocabulary, report=self.report)

    def _sets(self, files: Iterable[syntax.File]) -> dict[str, SetDefinition]:
        written = [
            (node, self._scope(node))
            for node in items_of(syntax.SetDeclaration, files)
            if self.names.claim_word("set", node.name)
        ]
        return sets(written, self.enumerations, self.sources, self.report)

    def _parameters(self, files: Iterable[syntax.File]) -> dict[str, Parameter | None]:
        """Return parameters by name, None where one has faults or another's name."""
        made: dict[str, Parameter | None] = {}
        for node in items_of(syntax.Parameter, files):
            found = parameter(node, self._scope(node), self.enumerations, self.instruments)
            is_free = self.names.claim_word("parameter", node.name)
            made.setdefault(node.name.text, found if is_free else None)
        return made

    def _tables(
        self, files: Iterable[syntax.File], sets: Mapping[str, SetDefinition]
    ) -> dict[str, Table | None]:
        """Return tables by name, None where one has faults or another's name."""
        made: dict[str, Table | None] = {}
        for node in items_of(syntax.Table, files):
            is_free = self.names.claim_word("table", node.name)
            scope = replace(self._scope(node), sets=sets)
            found = table(node, scope, self.enumerations, self.instruments)
            made.setdefault(node.name.text, found if is_free else None)
        return made

    def _definitions(
        self,
        files: Iterable[syntax.File],
        sets: Mapping[str, SetDefinition],
        parameters: Mapping[str, Parameter | None],
        tables: Mapping[str, Table | None],
    ) -> tuple[list[tuple[syntax.Definition, Scope]], list[str]]:
        """Return the definitions that the files hold, and the names that others have already."""
        written, refused = [], []
        for node in items_of(syntax.Definition, files):
            scope = replace(self._scope(node), sets=sets, parameters=parameters, tables=tables)
            if self.names.claim_word("definition", node.name):
                written.append((node, scope.binding(MARKET, Scalar.PLACE)))
            else:
                refused.append(node.name.text)
        return written, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checker:
    """Reads rules and tests, by what all files declare."""

    sources: Mapping[str, Source]
    names: Names
    report: Report
    declared: _Declared
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
