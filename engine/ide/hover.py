"""What stands under the cursor, and what it means, in Markdown.

A name is told by what it stands for, a word of the language by its sentence in the glossary.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from ..english.amounts import day, members
from ..english.consequences import due, effect, in_force
from ..english.provisions import provision, web_address
from ..english.sentences import Writer, demand
from ..evaluation.values import show_typed
from ..semantics.tree import Citation, Rule, SetTerm
from ..semantics.types import EnumerationType, RecordType, Type, describe, element_type
from ..source.quoting import joined, series
from ..source.text import Span
from ..syntax import tree
from ..syntax.glossary import MEANINGS
from ..syntax.lexis import phrase_pattern
from .naming import words_of
from .snapshot import Snapshot
from .symbols import ELEMENT, Symbol

NodeKind = TypeVar("NodeKind", bound=tree.Node)

_PHRASE = re.compile(rf"(?<![\w.]){phrase_pattern(*MEANINGS)}")
_MOST_LINES = 12
_MOST_MEMBERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """What is told about the words of a span, in Markdown."""

    span: Span
    text: str


def hover(snapshot: Snapshot, file: str, offset: int, *, today: date) -> Hover | None:
    """Return what the word at an offset means, or None where it has no meaning of its own."""
    occurrence = snapshot.names.at(file, offset)
    if occurrence is not None:
        text = describe_symbol(snapshot, occurrence.symbol, today=today)
        return Hover(span=occurrence.span, text=text)
    return _keyword(snapshot, file, offset)


def _keyword(snapshot: Snapshot, file: str, offset: int) -> Hover | None:
    source = snapshot.sources[file]
    for match in _PHRASE.finditer(words_of(source, source.span(0, len(source.text)))):
        if match.start() <= offset < match.end():
            phrase = " ".join(match.group().split())
            text = f"**{phrase}** · keyword\n\n{MEANINGS[phrase]}"
            return Hover(span=source.span(*match.span()), text=text)
    return None


def describe_symbol(snapshot: Snapshot, symbol: Symbol, *, today: date) -> str:
    """Return what a name stands for; sets are told as they are on the day given."""
    teller = _Teller(snapshot=snapshot, today=today)
    heading = f"**{symbol.word if symbol.kind in _LOCAL else symbol.name}** · {symbol.kind}"
    told = _TELLS.get(symbol.kind, _Teller.written)(teller, symbol)
    return "\n\n".join((heading, *told))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Tells of symbols, in paragraphs behind a heading."""

    snapshot: Snapshot
    today: date

    def fact(self, symbol: Symbol) -> Iterator[str]:
        owner, _, name = symbol.name.rpartition(".")
        fact = self.snapshot.vocabulary.fact(owner, name)
        if fact is not None:
            needed = "required" if fact.required else "optional: unknown where it is left out"
            if fact.presumed is not None:
                needed = f"presumed to be {show_typed(fact.presumed, fact.type)} where left out"
            if fact.sensitive:
                needed += "; sensitive: never shown"
            yield fact.label
            yield f"{describe(fact.type)}; {needed}"
            yield from self._inside(fact.type)

    def _inside(self, kind: Type) -> Iterator[str]:
        """Yield what there is to choose from in a type."""
        inner = element_type(kind)
        match inner:
            case EnumerationType(members=members):
                yield series(members)
            case RecordType(name=name):
                facts = self.snapshot.vocabulary.records[name].facts.values()
                yield "\n".join(f"- `{each.name}`: {each.label}" for each in facts)
            case _:
                pass

    def record(self, symbol: Symbol) -> Iterator[str]:
        known = self.snapshot.vocabulary.records.get(symbol.name)
        if known is None:
            yield from self.written(symbol)
        else:
            yield known.label
            yield from self._inside(RecordType(name=symbol.name))

    def member(self, symbol: Symbol) -> Iterator[str]:
        yield f"a member of `{symbol.name.rpartition('.')[0]}`"

    def element(self, symbol: Symbol) -> Iterator[str]:
        kind = self.snapshot.names.elements.get(symbol)
        node = self.snapshot.names.declared[symbol]
        assert isinstance(node, tree.Quantified | tree.Aggregate)  # noqa: S101 - what binds one.
        yield f"an element of `{self._text(node.collection)}`"
        if kind is not None:
            yield describe(kind)
            yield from self._inside(kind)

    def set(self, symbol: Symbol) -> Iterator[str]:
        known = self.snapshot.policies.sets.get(symbol.name)
        if known is None:
            yield from self.written(symbol)
            return
        yield known.label
        edition = known.edition_on(self.today)
        if edition is None:
            yield f"No edition holds on {day(self.today)}."
        else:
            period = in_force(edition.window)
            counted = f"On {day(self.today)} ({period}), {len(edition.content):,}"
            yield f"{counted}: {_first(sorted(map(str, edition.content)))}"
            if edition.file:
                yield f"Listed in `{edition.file}`."
        later = [each for each in known.editions if each is not edition]
        if later:
            yield "Other editions: " + "; ".join(in_force(each.window) for each in later)

    def instrument(self, symbol: Symbol) -> Iterator[str]:
        node = self._declared(symbol, tree.Instrument)
        yield _linked(node.title.value, node.url.value)

    def policy(self, symbol: Symbol) -> Iterator[str]:
        node = self._declared(symbol, tree.Policy)
        if node.title is not None:
            yield node.title.value
        yield "\n".join(
            f"- `{rule.name.text}`{f': {rule.title.value}' if rule.title else ''}"
            for rule in node.rules
        )

    def rule(self, symbol: Symbol) -> Iterator[str]:
        known = {rule.id: rule for rule in self.snapshot.policies.rules}
        if symbol.name in known:
            yield from self._provisions(known[symbol.name])
        else:
            yield from self.written(symbol)

    def _provisions(self, rule: Rule) -> Iterator[str]:
        writer = Writer(policies=self.snapshot.policies)
        yield rule.title
        yield demand(writer, rule).text
        for clause in rule.applicability:
            yield f"Only where: {writer.sentence(clause.condition).text}"
        for exemption in rule.exemptions:
            condition = writer.sentence(exemption.clause.condition).text
            yield f"Except ({exemption.name}): {condition}"
        for permit in rule.permissions:
            condition = writer.sentence(permit.main.condition).text
            yield f"Except (`{permit.id}`: {permit.title}): {condition}"
        for waiver in rule.waivers:
            condition = writer.sentence(waiver.scope.condition).text
            yield f"Waived (`{waiver.name}`, {in_force(waiver.window)}): {condition}"
        yield f"In force {in_force(rule.window)}. Markets: {self._markets(rule)}."
        if rule.duty is not None:
            yield f"The duty, due {due(rule.duty)}: {rule.duty.text.written}"
        yield effect(rule)
        if rule.text:
            yield f"> {rule.text}"
        yield "\n".join(f"- {_cited(each)}" for each in rule.sources)

    def waiver(self, symbol: Symbol) -> Iterator[str]:
        rules = self.snapshot.policies.rules
        known = {each.name: (rule, each) for rule in rules for each in rule.waivers}
        if symbol.name not in known:
            yield from self.written(symbol)
            return
        rule, waiver = known[symbol.name]
        condition = Writer(policies=self.snapshot.policies).sentence(waiver.scope.condition).text
        yield f"waives `{rule.id}`: {rule.title}"
        yield f"Where: {condition}"
        yield f"In force {in_force(waiver.window)}."
        signed = f"{waiver.approver} as {waiver.role} on {day(waiver.approved)}"
        yield f"Approved by {signed}, {waiver.ticket}: {waiver.reason}"

    def _markets(self, rule: Rule) -> str:
        if rule.places is None:
            return "every market"
        if isinstance(rule.places, SetTerm):
            return f"`{rule.places.name}`"
        return joined(members(rule.places), "and")

    def written(self, symbol: Symbol) -> Iterator[str]:
        """Yield a declaration as it is written, cut where it is long."""
        declared = self.snapshot.names.declared.get(symbol)
        if declared is None:
            return  # Paths begin with the name of the vocabulary, also while there is none.
        lines = self._text(declared).splitlines()
        shown = lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "…"]
        yield "\n".join(("```assent", *shown, "```"))

    def _declared(self, symbol: Symbol, _: type[NodeKind]) -> NodeKind:
        # INVARIANT: the kind of a symbol is the keyword of the construct that introduces it.
        return cast("NodeKind", self.snapshot.names.declared[symbol])

    def _text(self, node: tree.Node) -> str:
        return self.snapshot.sources[node.span.source].slice(node.span)


def _first(members: Sequence[str]) -> str:
    """Return members as a series, of a long one the first and how many others there are."""
    others = len(members) - _MOST_MEMBERS
    shown = ", ".join(members[:_MOST_MEMBERS])
    return f"{shown} and {others:,} more" if others > 0 else shown


_LOCAL = ("member", ELEMENT)
_TELLS: Mapping[str, Callable[[_Teller, Symbol], Iterator[str]]] = {
    "fact": _Teller.fact,
    "record": _Teller.record,
    "member": _Teller.member,
    "set": _Teller.set,
    "instrument": _Teller.instrument,
    "policy": _Teller.policy,
    "rule": _Teller.rule,
    "waiver": _Teller.waiver,
    ELEMENT: _Teller.element,
}


def _cited(citation: Citation) -> str:
    return f"{provision(citation.provision)}, {_linked(citation.title, citation.url)}"


def _linked(title: str, url: str) -> str:
    return f"[{title}]({url})" if web_address(url) else title
