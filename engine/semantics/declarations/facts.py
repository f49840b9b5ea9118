"""Facts: the vocabulary that files declare."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from ...source.text import Span
from ...syntax import tree as syntax
from ...syntax.lexis import PERIOD, SCALAR_TYPES
from ...syntax.visit import items_of
from .. import faults
from ..elaborate import Scope, stated_constant
from ..tree import Plain
from ..types import ElementType, EnumerationType, ListType, RecordType, Scalar, Type
from ..vocabulary import Fact, RecordShape, Vocabulary
from .names import Names


def vocabulary(
    files: Iterable[syntax.File], names: Names
) -> tuple[Vocabulary, dict[str, EnumerationType]] | None:
    """Return the vocabulary that all `vocabulary` blocks make together, and the named types.

    Blocks of one name extend each other: an organisation adds facts in a file of its own.
    """
    blocks = tuple(items_of(syntax.Vocabulary, files))
    if not blocks:
        return None
    root = blocks[0].name.text
    names.claim_word("vocabulary", blocks[0].name)
    for block in blocks:
        if block.name.text != root:
            names.report(faults.facts.second_vocabulary(block.name.span, block.name.text, root))
    builder = _VocabularyBuilder(names=names, root=root)
    builder.collect(blocks)
    return builder.build(), builder.enumerations


@dataclass(slots=True, kw_only=True)
class _VocabularyBuilder:
    names: Names
    root: str
    enumerations: dict[str, EnumerationType] = field(default_factory=dict)
    _facts: dict[str, list[syntax.FactDeclaration]] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)
    _period: Span | None = None

    def collect(self, blocks: Iterable[syntax.Vocabulary]) -> None:
        """Gather records, types and facts of all blocks by name."""
        for block in blocks:
            self._labels.setdefault(self.root, block.label.value if block.label else "")
            self._facts.setdefault(self.root, [])
            for part in block.parts:
                self._part(part)

    def _part(self, part: syntax.VocabularyPart | syntax.Broken) -> None:
        match part:
            case syntax.FactDeclaration():
                self._facts[self.root].append(part)
            case syntax.RecordDeclaration(name=name, label=label, facts=facts):
                self._check_free(name, (*SCALAR_TYPES, PERIOD, self.root))
                self._labels.setdefault(name.text, label.value if label else "")
                declared = (f for f in facts if isinstance(f, syntax.FactDeclaration))
                self._facts.setdefault(name.text, []).extend(declared)
            case syntax.EnumerationDeclaration(name=name, members=members):
                self._check_free(name, (*SCALAR_TYPES, PERIOD, self.root, *self._facts))
                if self.names.claim("type", name.text, name.span):
                    words = self._members(members)
                    self.enumerations[name.text] = EnumerationType(name=name.text, members=words)
            case syntax.Broken():
                pass
            case _:
                assert_never(part)

    def _check_free(self, name: syntax.Name, taken: tuple[str, ...]) -> None:
        """Report a record or type whose name already means something where types are named."""
        if name.text in taken:
            self.names.report(faults.structure.type_name_taken(name.span, name.text))

    def _members(self, members: tuple[syntax.Name, ...]) -> tuple[str, ...]:
        seen: dict[str, Span] = {}
        for member in members:
            if member.text in seen:
                place = str(self.names.sources[member.span.source].locate(seen[member.text].start))
                self.names.report(faults.names.duplicate(member.span, "member", member.text, place))
            seen.setdefault(member.text, member.span)
        return tuple(seen)

    def build(self) -> Vocabulary:
        """Return the vocabulary once everything is gathered."""
        shapes = {
            name: RecordShape(name=name, label=self._labels[name], facts=self._shape(name, facts))
            for name, facts in self._facts.items()
        }
        if self._period is not None:
            shapes[PERIOD] = _period_shape(self._period)
        return Vocabulary(root=self.root, records=shapes)

    def _shape(self, owner: str, declared: Iterable[syntax.FactDeclaration]) -> dict[str, Fact]:
        facts = {}
        for node in declared:
            kind = self._type(owner, node)
            presumed = None if kind is None else self._presumed(node, kind)
            if node.label is None:
                self.names.report(faults.facts.unlabelled_fact(node.name.span, node.name.text))
            taken = not self.names.claim("fact", f"{owner}.{node.name.text}", node.name.span)
            if kind is None or taken:
                continue
            facts[node.name.text] = Fact(
                name=node.name.text,
                type=kind,
                required=node.required,
                label=node.label.value if node.label else node.name.text,
                span=node.name.span,
                presumed=presumed,
                sensitive=node.sensitive,
            )
        return facts

    def _presumed(self, node: syntax.FactDeclaration, kind: Type) -> Plain | None:
        """Return what is presumed of a fact, or None after reporting why nothing is."""
        written = node.presumed
        if written is None:
            return None
        if node.required:
            self.names.report(faults.facts.required_and_presumed(written.span, node.name.text))
            return None
        if isinstance(kind, ListType | RecordType):
            self.names.report(faults.facts.nothing_to_presume(written.span, node.name.text, kind))
            return None
        nothing = Vocabulary(root=self.root, records={})
        scope = Scope(
            source=self.names.sources[written.span.source],
            vocabulary=nothing,
            report=self.names.report,
        )
        found = stated_constant(scope, written, kind, faults.facts.presumed_not_stated)
        if found is None:
            return None
        if kind is Scalar.WHOLE_NUMBER and isinstance(found.value, Fraction):
            words = scope.words(written.span)
            self.names.report(faults.values.wrong_type(written.span, found.type, kind, words))
            return None
        # INVARIANT: members in braces are no value of a single fact.
        assert not isinstance(found.value, frozenset)  # noqa: S101 - as said.
        return found.value

    def _type(self, owner: str, node: syntax.FactDeclaration) -> Type | None:
        match node.type:
            case syntax.InlineEnumeration(members=members, is_list=is_list):
                name = f"{owner}.{node.name.text}"
                inner: ElementType | None
                inner = EnumerationType(name=name, members=self._members(members))
            case syntax.TypeName(name=name_node, is_list=is_list):
                inner = self._named(name_node)
            case _:
                assert_never(node.type)
        if inner is None:
            return None
        return ListType(element=inner) if is_list else inner

    def _named(self, name: syntax.Name) -> ElementType | None:
        if name.text in SCALAR_TYPES:
            return Scalar(name.text)
        if name.text in self.enumerations:
            return self.enumerations[name.text]
        if name.text == PERIOD:
            self._period = self._period or name.span
            return RecordType(name=PERIOD)
        if name.text in self._facts and name.text != self.root:
            return RecordType(name=name.text)
        known = (*SCALAR_TYPES, PERIOD, *self.enumerations, *self._facts)
        self.names.report(faults.names.unknown_type(name.span, name.text, known))
        return None


def _period_shape(span: Span) -> RecordShape:
    """Return the group that a period is; `span` is where the vocabulary first names one."""
    facts = {
        name: Fact(name=name, type=Scalar.DATE, required=False, label=label, span=span)
        for name, label in (("start", "first day"), ("end", "last day"))
    }
    return RecordShape(name=PERIOD, label="a period of days", facts=facts)
