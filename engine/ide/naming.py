"""Which name stands for what: the index of files, also of those that are still being written.

The checker gives a construct up at its first fault. Here every name is followed as far as it can
be, so that a file keeps its names while one of its clauses is broken.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TypeAlias

from ..semantics.rules.templates import PLACEHOLDER
from ..semantics.types import EnumerationType, RecordType, Scalar, Type, element_type
from ..semantics.vocabulary import Vocabulary
from ..source.text import Source, Span
from ..syntax import tree
from ..syntax.grammar.literals import PATH, path
from ..syntax.lexis import SCALAR_TYPES
from ..syntax.tokens import TokenKind, scan
from ..syntax.visit import children
from .symbols import ELEMENT, Index, Occurrence, Symbol

Bound: TypeAlias = Mapping[str, tuple[Symbol, Type | None]]
"""What quantifiers bind at a place, by name."""

_NEVER_IN_CONDITIONS = ("policy", "instrument", "vocabulary", "waiver", "profile")
_ONLY_FOR_CONDITIONS = (tree.ApplicabilityClause, tree.ExceptionClause)
_NOTHING: Bound = {}
_LOOSE_PATH = re.compile(rf"(?<![\w.]){PATH}")
_BLOTTED = (TokenKind.TEXT, TokenKind.OPEN_TEXT, TokenKind.COMMENT)
_IS_PATH = re.compile(PATH).fullmatch


def index(
    files: Iterable[tree.File], sources: Mapping[str, Source], vocabulary: Vocabulary
) -> Index:
    """Return every name of some files. The order of the files does not matter."""
    trees = list(files)
    namer = _Namer(sources=sources, vocabulary=vocabulary)
    for file in trees:
        namer.declare(file)
    for file in trees:
        namer.visit(file, _NOTHING, None)
    by_file: dict[str, list[Occurrence]] = {file.span.source: [] for file in trees}
    for each in sorted(namer.found, key=lambda each: each.span.start):
        by_file[each.span.source].append(each)
    return Index(
        occurrences={file: tuple(found) for file, found in by_file.items()},
        declared=namer.declared,
        elements=namer.elements,
    )


def named_type(declared: Mapping[Symbol, tree.Node], name: str) -> Type | None:
    """Return the type of that name, if it is one of values."""
    if name in SCALAR_TYPES:
        return Scalar(name)
    node = declared.get(Symbol(kind="type", name=name))
    if not isinstance(node, tree.EnumerationDeclaration):
        return None
    members = tuple(member.text for member in node.members)
    return EnumerationType(name=name, members=members)


def fact_below(vocabulary: Vocabulary, kind: Type | None, name: str) -> tuple[Symbol, Type] | None:
    """Return the fact of that name in a group, or in the elements of a list of groups."""
    group = element_type(kind)
    if not isinstance(group, RecordType):
        return None
    fact = vocabulary.fact(group.name, name)
    if fact is None:
        return None
    return Symbol(kind="fact", name=f"{group.name}.{name}"), fact.type


@dataclass(slots=True, kw_only=True)
class _Namer:
    sources: Mapping[str, Source]
    vocabulary: Vocabulary
    found: list[Occurrence] = field(default_factory=list)
    declared: dict[Symbol, tree.Node] = field(default_factory=dict)
    elements: dict[Symbol, Type] = field(default_factory=dict)
    _words: dict[str, Symbol] = field(default_factory=dict)
    _types: dict[str, Symbol] = field(default_factory=dict)
    _spoken_of: dict[str, tuple[Symbol, Type | None]] = field(default_factory=dict)

    def _add(self, span: Span, symbol: Symbol, *, declares: tree.Node | None = None) -> None:
        if declares is not None:
            self.declared.setdefault(symbol, declares)
        is_declaration = declares is not None
        self.found.append(Occurrence(span=span, symbol=symbol, is_declaration=is_declaration))

    def _use(self, span: Span, kind: str, name: str) -> tree.Node | None:
        """Take a name where something is declared by it; returns what."""
        symbol = Symbol(kind=kind, name=name)
        declared = self.declared.get(symbol)
        if declared is not None:
            self._add(span, symbol)
        return declared

    # --- declarations --------------------------------------------------------------------------

    def declare(self, file: tree.File) -> None:
        """Take the names that the items of a file introduce, before any is used."""
        for item in file.items:
            name = getattr(item, "name", None)
            if not isinstance(name, tree.Name):
                continue
            keyword = self.sources[item.span.source].slice(item.span).split(maxsplit=1)[0]
            symbol = Symbol(kind=keyword, name=name.text)
            self._add(name.span, symbol, declares=item)
            if keyword not in _NEVER_IN_CONDITIONS:
                self._words.setdefault(name.text, symbol)
            match item:
                case tree.Vocabulary():
                    self._declare_facts(item)
                case tree.Policy():
                    self._declare_rules(item)
                case _:
                    pass

    def _declare_rules(self, policy: tree.Policy) -> None:
        for rule in policy.rules:
            symbol = Symbol(kind="rule", name=f"{policy.name.text}/{rule.name.text}")
            self._add(rule.name.span, symbol, declares=rule)

    def _declare_facts(self, block: tree.Vocabulary) -> None:
        for part in block.parts:
            match part:
                case tree.FactDeclaration():
                    self._declare_fact(part, block.name.text)
                case tree.RecordDeclaration(name=name, facts=facts):
                    self._declare_type(part, name, "record")
                    for fact in facts:
                        if isinstance(fact, tree.FactDeclaration):
                            self._declare_fact(fact, name.text)
                case tree.EnumerationDeclaration(name=name, members=members):
                    self._declare_type(part, name, "type")
                    self._declare_members(name.text, members)
                case _:
                    pass

    def _declare_type(self, node: tree.Node, name: tree.Name, kind: str) -> None:
        symbol = Symbol(kind=kind, name=name.text)
        self._types.setdefault(name.text, symbol)
        self._add(name.span, symbol, declares=node)

    def _declare_fact(self, node: tree.FactDeclaration, owner: str) -> None:
        name = f"{owner}.{node.name.text}"
        self._add(node.name.span, Symbol(kind="fact", name=name), declares=node)
        if isinstance(node.type, tree.InlineEnumeration):
            self._declare_members(name, node.type.members)

    def _declare_members(self, kind: str, members: Iterable[tree.Name]) -> None:
        for member in members:
            symbol = Symbol(kind="member", name=f"{kind}.{member.text}")
            self._add(member.span, symbol, declares=member)

    # --- uses ----------------------------------------------------------------------------------

    def visit(  # noqa: C901, PLR0912 - one case for each construct with names of its own.
        self, node: tree.Node, bound: Bound, expected: Type | None
    ) -> None:
        """Take the names in a construct; bare words are read as `expected`."""
        match node:
            case tree.Path():
                self._path(node, bound, expected)
            case tree.Quantified():
                self._quantified(node, bound)
            case tree.Aggregate():
                self._aggregate(node, bound)
            case tree.Comparison(left=left, right=right):
                self.visit(left, bound, None)
                for each in right:
                    self.visit(each, bound, element_type(self._type(left, bound)))
            case tree.GivenFact(path=given, value=told):
                self.visit(given, bound, None)
                self._told(told, given)
            case tree.Test(steps=steps):
                self._test(steps)
            case tree.Vocabulary(name=owner) | tree.RecordDeclaration(name=owner):
                self._facts_of(node, owner.text)
            case tree.SetDeclaration():
                self._set(node)
            case tree.Table():
                self._unique_table(node)
            case tree.Lookup():
                self._lookup(node, bound)
            case tree.TypeName(name=name) if name.text in self._types:
                self._add(name.span, self._types[name.text])
            case tree.RuleReference():
                self._reference(node)
            case tree.Citation(instrument=name):
                self._use(name.span, "instrument", name.text)
            case tree.TightenedParameter(name=name):
                self._use(name.span, "parameter", name.text)
            case tree.Expectation():
                self._expectation(node)
            case tree.Rule():
                self._rule(node)
            case tree.Broken():
                self._broken(node)
            case _:
                for child in children(node):
                    self.visit(child, bound, expected)

    def _told(self, told: tree.Expression | tree.Told, given: tree.Path) -> None:
        if not isinstance(told, tree.Told):
            self.visit(told, _NOTHING, element_type(self._type(given, _NOTHING)))

    def _test(self, steps: tuple[tree.TestStep | tree.Broken, ...]) -> None:
        """Take the names in the steps of a test; those in a row are read as their columns."""
        columns: tuple[tree.Path, ...] = ()
        for step in steps:
            if isinstance(step, tree.Row):
                for path, cell in zip(columns, step.cells, strict=False):
                    self._told(cell.value, path)
                self.visit(step.expectation, _NOTHING, None)
                continue
            if isinstance(step, tree.Columns):
                columns = step.paths
            self.visit(step, _NOTHING, None)

    def _facts_of(self, node: tree.Node, owner: str) -> None:
        """Take the names in a group; what is presumed of a fact is read as a value of its type."""
        for child in children(node):
            kind: Type | None = None
            if isinstance(child, tree.FactDeclaration):
                fact = self.vocabulary.fact(owner, child.name.text)
                # Another may have its name; one with faults is not in the vocabulary.
                if fact is not None and fact.span == child.name.span:
                    kind = fact.type
            self.visit(child, _NOTHING, kind)

    def _set(self, node: tree.SetDeclaration) -> None:
        name, kind = node.type.text, self._types.get(node.type.text)
        if kind is not None:
            self._add(node.type.span, kind)
        expected = named_type(self.declared, name)
        for edition in node.editions:
            self.visit(edition, _NOTHING, expected)

    def _unique_table(self, node: tree.Table) -> None:
        """Take the names in a table; bare words in a column are read as what it holds."""
        inputs: tuple[Type | None, ...] = ()
        result: Type | None = None
        for clause in node.clauses:
            match clause:
                case tree.InputsClause(inputs=given):
                    inputs = tuple(self._type_named(each.type) for each in given)
                case tree.ResultClause(type=name):
                    result = self._type_named(name)
                case tree.CaseRow(cells=cells, value=value):
                    for cell, kind in zip(cells, inputs, strict=False):
                        self.visit(cell, _NOTHING, kind)
                    self.visit(value, _NOTHING, result)
                case tree.OtherwiseRow(value=value):
                    self.visit(value, _NOTHING, result)
                case _:
                    self.visit(clause, _NOTHING, None)

    def _type_named(self, name: tree.Name) -> Type | None:
        """Return the type that a word names, taking the word."""
        if name.text in self._types:
            self._add(name.span, self._types[name.text])
        return named_type(self.declared, name.text)

    def _lookup(self, node: tree.Lookup, bound: Bound) -> None:
        declared = self._use(node.table.span, "table", node.table.text)
        inputs: tuple[Type | None, ...] = ()
        if isinstance(declared, tree.Table):
            inputs = tuple(
                named_type(self.declared, each.type.text)
                for clause in declared.clauses
                if isinstance(clause, tree.InputsClause)
                for each in clause.inputs
            )
        for argument, kind in zip_longest(node.arguments, inputs[: len(node.arguments)]):
            self.visit(argument, bound, kind)

    def _reference(self, node: tree.RuleReference) -> None:
        end = node.span.start + len(node.policy)
        self._use(replace(node.span, end=end), "policy", node.policy)
        self._use(replace(node.span, start=end + 1), "rule", f"{node.policy}/{node.rule}")

    def _expectation(self, node: tree.Expectation) -> None:
        for name in node.waivers:
            self._use(name.span, "waiver", name.text)
        for each in (*node.rules, *node.paths):
            self.visit(each, _NOTHING, None)

    def _rule(self, rule: tree.Rule) -> None:
        """Take the names of a rule; its texts may speak of what its demand binds."""
        self._spoken_of = {}
        texts = []
        for clause in rule.clauses:
            is_duty = isinstance(clause, tree.ObligeClause)
            text = getattr(clause, "duty" if is_duty else "text", None)
            if isinstance(text, tree.TextLiteral):
                texts.append(text)
            spoken_of = dict(self._spoken_of)
            self.visit(clause, _NOTHING, None)
            if isinstance(clause, _ONLY_FOR_CONDITIONS):
                self._spoken_of = spoken_of
        for text in texts:
            for filling in placeholders(self.sources[text.span.source], text.span):
                self._path(filling, self._spoken_of, None)

    def _broken(self, node: tree.Broken) -> None:
        """Take the facts and names in a part with a fault, as far as words alone tell them."""
        source = self.sources[node.span.source]
        text = words_of(source, node.span)
        for match in _LOOSE_PATH.finditer(text):
            span = source.span(node.span.start + match.start(), node.span.start + match.end())
            self._path(path(span, match.group()), _NOTHING, None)

    def _quantified(self, node: tree.Quantified, bound: Bound) -> None:
        self.visit(node.collection, bound, None)
        name = node.variable
        within = self._with_element(node, name, node.collection, bound)
        self._spoken_of.setdefault(name.text, within[name.text])
        self.visit(node.condition, within, None)

    def _aggregate(self, node: tree.Aggregate, bound: Bound) -> None:
        self.visit(node.collection, bound, None)
        if node.variable is not None:
            bound = self._with_element(node, node.variable, node.collection, bound)
        for part in (node.value, node.where):
            if part is not None:
                self.visit(part, bound, None)

    def _with_element(
        self, node: tree.Node, name: tree.Name, collection: tree.Path, bound: Bound
    ) -> Bound:
        """Take the name that a construct gives to the elements of a list, and return it bound."""
        kind = element_type(self._type(collection, bound))
        symbol = Symbol(kind=ELEMENT, name=name.text, bound_at=name.span)
        self._add(name.span, symbol, declares=node)
        if kind is not None:
            self.elements[symbol] = kind
        return {**bound, name.text: (symbol, kind)}

    def _path(self, node: tree.Path, bound: Bound, expected: Type | None) -> None:
        first, *rest = node.steps
        for step, symbol, _ in self._followed(node, bound):
            self._add(replace(step.span, end=step.span.start + len(step.name)), symbol)
        if first.name not in bound and first.name != self.vocabulary.root and not rest:
            word = self._word(first.name, expected)
            if word is not None:
                self._add(first.span, word)

    def _word(self, word: str, expected: Type | None) -> Symbol | None:
        """Return what a bare word stands for; members of the expected type come first."""
        if isinstance(expected, EnumerationType) and word in expected.members:
            return Symbol(kind="member", name=f"{expected.name}.{word}")
        return self._words.get(word)

    def _followed(
        self, node: tree.Path, bound: Bound
    ) -> Iterator[tuple[tree.Step, Symbol, Type | None]]:
        """Yield each step of a path with what it stands for, as far as it leads."""
        first, *rest = node.steps
        kind: Type | None
        if first.name in bound:
            symbol, kind = bound[first.name]
        elif first.name == self.vocabulary.root:
            symbol = Symbol(kind="vocabulary", name=first.name)
            kind = RecordType(name=first.name)
        else:
            return
        yield first, symbol, kind
        for step in rest:
            below = fact_below(self.vocabulary, kind, step.name)
            if below is None:
                return
            symbol, kind = below
            if step.ordinal is not None:
                kind = element_type(kind)
            yield step, symbol, kind

    def _type(self, node: tree.Expression, bound: Bound) -> Type | None:
        """Return the type of a fact, or None for any other value."""
        if not isinstance(node, tree.Path):
            return None
        steps = list(self._followed(node, bound))
        return steps[-1][2] if len(steps) == len(node.steps) else None


def words_of(source: Source, span: Span) -> str:
    """Return the text of a span with its texts and comments blotted out, as long as before."""
    part = Source(name=source.name, text=source.slice(span))
    return "".join(
        token.text if token.kind not in _BLOTTED else " " * len(token.text) for token in scan(part)
    )


def placeholders(source: Source, span: Span) -> Iterator[tree.Path]:
    """Yield the facts that a text between quotation marks asks to be filled in with."""
    for match in PLACEHOLDER.finditer(source.slice(span)):
        start = span.start + match.start(1)
        if _IS_PATH(match[1]):
            yield path(source.span(start, start + len(match[1])), match[1])
