"""What may be written at the cursor: keywords, names, members and codes that fit there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from ..english.amounts import word
from ..semantics.elaborate.kinds import fits, plain
from ..semantics.tree import FactTerm
from ..semantics.types import (
    EnumerationType,
    RecordType,
    Scalar,
    Type,
    codes,
    describe,
    element_type,
)
from ..semantics.vocabulary import Fact, Vocabulary
from ..source.text import Source, Span
from ..syntax import expectations as expect
from ..syntax import tree
from ..syntax.glossary import MEANINGS
from ..syntax.lexis import SCALAR_TYPES, TIME_UNITS, WAIVER_KEYWORDS, Comparator, phrase_pattern
from ..syntax.misfits import STARTS
from ..syntax.tokens import TokenKind
from .naming import named_type
from .place import DOTTED, Opening, Place, Variables, opening_at, place_at, type_at
from .snapshot import Snapshot
from .symbols import ELEMENT, Symbol


class Sort(Enum):
    """What a candidate is, as an editor tells by an icon."""

    KEYWORD = "keyword"
    FACT = "fact"
    MEMBER = "member"
    NAME = "name"
    TYPE = "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Words that may stand in place of a span, and what they mean in a few words.

    With `by_meaning` they are found by the words of their meaning too, as `DE` by `Germany`.
    """

    text: str
    sort: Sort
    detail: str
    span: Span
    by_meaning: bool = False


_QUOTED = re.compile(r"`([a-z][^`]*)`")
_COMPARATORS = {each.phrase: each for each in Comparator}
_PHRASES = phrase_pattern(*_COMPARATORS)
_COMPARED = re.compile(
    rf"(?<![\w.])(?P<left>{DOTTED})\s+(?P<phrase>{_PHRASES})\s*(?:\{{[^{{}}]*)?\Z"
)
_LEFT = re.compile(rf"(?<![\w.])(?P<left>{DOTTED})\s+\Z")
_IS_TYPED = re.compile(
    r"(?:^set\s+\w+|list)\s+of\s+\Z|^(?:given|parameter)\s+\w+\s*:\s+\Z|^gives\s+\Z"
)
_IS_QUANTIFIER = re.compile(r"(?<!is )\b(?:any|every|no)\s+\Z")
_IS_COUNT = re.compile(r"\d\s+\Z")
_IS_ROW = re.compile(r"^case\b.*\|\s*\Z", re.DOTALL)
_FEWEST_LETTERS = 3
"""So many letters are typed before anything is looked for by the words of its meaning."""
_EDITION = re.compile(r"\s*set\s+(\w+)\s+of\s+(\w+)")
_FILLING = re.compile(r"\{([\w.]*)\Z")
_CODES = {
    Scalar.COUNTRY: Scalar.COUNTRY,
    Scalar.PLACE: Scalar.COUNTRY,
    Scalar.CURRENCY: Scalar.CURRENCY,
}
"""Of places only the countries are offered: there are five thousand regions."""
_CONDITION_WORDS = (
    *(kind.value for kind in tree.QuantifierKind),
    *(kind.value for kind in tree.ListingKind),
    "not",
)
_BEGINNINGS = frozenset(
    words
    for start in (expect.CLAUSE, expect.ITEM, expect.STEP, expect.FACT)
    for words in STARTS[start][0]
)
_NEVER_ALONE = {
    *(*_BEGINNINGS, "end", "from", *(term.value for term in tree.Term)),
    *(words for words in WAIVER_KEYWORDS if words != "of"),
}
_CONNECTIVES = tuple(words for words in MEANINGS if words not in _NEVER_ALONE)
_UNITS = tuple(unit.several for unit in TIME_UNITS)
_NAMED_TYPES = ("type", "record")
_NEVER_VALUES = (
    *("policy", "instrument", "vocabulary", "rule", "fact", "member", ELEMENT, "set", "waiver"),
    *_NAMED_TYPES,
)


def complete(snapshot: Snapshot, file: str, offset: int) -> tuple[Candidate, ...]:
    """Return what may be written at an offset, the most fitting first."""
    source = snapshot.sources[file]
    place = place_at(source, offset)
    writer = _Completer(snapshot=snapshot, source=source, place=place, end=offset)
    match place.inside:
        case TokenKind.COMMENT:
            found: Iterable[Candidate] = ()
        case TokenKind.OPEN_TEXT:
            found = writer.fillings()
        case _ if "." in place.typed:
            below = tuple(writer.below(place.typed, place.variables(snapshot.vocabulary)))
            found = below or writer.anywhere(place.word)
        case _:
            found = writer.fitting()
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Completer:
    snapshot: Snapshot
    source: Source
    place: Place
    end: int

    def _made(self, start: int, text: str, sort: Sort, detail: str) -> Iterator[Candidate]:
        """Yield a candidate where it goes on as what was typed from its start on begins."""
        typed = " ".join(self.place.text[start : self.end].split(" "))
        if text.lower().startswith(typed.lower()):
            span = self.source.span(start, self.end)
            yield Candidate(text=text, sort=sort, detail=detail, span=span)

    def _named(self, start: int, text: str, sort: Sort, detail: str) -> Iterator[Candidate]:
        """Yield a candidate where what was typed begins it, or a word of its meaning."""
        typed = self.place.text[start : self.end].lower()
        meaning = detail.split() if len(typed) >= _FEWEST_LETTERS else ()
        if any(each.lower().startswith(typed) for each in (text, *meaning)):
            span = self.source.span(start, self.end)
            yield Candidate(text=text, sort=sort, detail=detail, span=span, by_meaning=True)

    # --- facts ---------------------------------------------------------------------------------

    def below(
        self, typed: str, variables: Variables, *, to_be_shown: bool = False
    ) -> Iterator[Candidate]:
        """Yield the facts of the group before the last dot, or those of them that may be shown."""
        owner, _, _ = typed.rpartition(".")
        vocabulary = self.snapshot.vocabulary
        kind = type_at(vocabulary, variables, owner)
        if isinstance(kind, RecordType):
            start = self.end - len(typed) + len(owner) + 1
            facts = vocabulary.records[kind.name].facts.values()
            for fact in (each for each in facts if not (to_be_shown and each.sensitive)):
                yield from self._made(start, fact.name, Sort.FACT, fact.label)

    def anywhere(self, start: int) -> Iterator[Candidate]:
        """Yield the facts that what was typed last begins the name of, or a word of the label."""
        typed = self.place.text[start : self.end].lower().rpartition(".")[2]
        if len(typed) < _FEWEST_LETTERS:
            return
        for path, fact in _single_facts(self.snapshot.vocabulary):
            if any(each.lower().startswith(typed) for each in (fact.name, *fact.label.split())):
                span, label = self.source.span(start, self.end), fact.label
                yield Candidate(text=path, sort=Sort.FACT, detail=label, span=span, by_meaning=True)

    def fillings(self) -> Iterator[Candidate]:
        """Yield the facts, parameters and tables that may stand in the braces of a text."""
        match = _FILLING.search(self.place.text)
        if match is None:
            return
        variables = self.place.variables(self.snapshot.vocabulary, anywhere=True)
        if "." in match[1]:
            yield from self.below(match[1], variables, to_be_shown=True)
        else:
            yield from self._roots(match.start(1), variables)
            for symbol in self.snapshot.names.names("parameter", "table"):
                yield from self._made(match.start(1), symbol.name, Sort.NAME, symbol.kind)

    def _roots(self, start: int, variables: Variables) -> Iterator[Candidate]:
        vocabulary = self.snapshot.vocabulary
        for name, kind in variables.items():
            detail = describe(kind) if kind is not None else ""
            yield from self._made(start, name, Sort.FACT, detail)
        yield from self._made(start, vocabulary.root, Sort.FACT, vocabulary.campaign.label)

    # --- what the grammar would take -----------------------------------------------------------

    def fitting(self) -> Iterator[Candidate]:
        """Yield what fits at the cursor, or goes on from words before it."""
        for start in self.place.starts():
            opening = opening_at(self.place, start)
            if opening is not None:
                yield from self._at(start, opening)

    def _at(  # noqa: C901, PLR0912 - one case for each thing that the grammar may expect.
        self, start: int, opening: Opening
    ) -> Iterator[Candidate]:
        match opening.expected:
            case _ if _IS_TYPED.search(opening.construct):
                yield from self._types(start)
            case words if words in STARTS:
                yield from self._keywords(start, STARTS[words][0])
            case expect.CONDITION:
                yield from self._roots(start, self._variables())
                yield from self._words(start)
                yield from self._keywords(start, _CONDITION_WORDS)
                yield from self.anywhere(start)
            case expect.VALUE:
                yield from self._values(start, opening)
            case expect.SET:
                yield from self._sets(start, self._element(opening))
            case expect.INSTRUMENT:
                yield from self._names(start, "instrument")
            case expect.RULE:
                yield from self._names(start, "rule")
            case expect.WAIVER:
                yield from self._names(start, "waiver")
            case expect.CLAUSE_END:
                yield from self._connectives(start, opening)
            case expect.SIDE if _IS_COUNT.search(opening.construct):
                yield from self._keywords(start, _UNITS)
            case "a fact":
                yield from self._roots(start, self._variables())
                yield from self.anywhere(start)
            case "a type":
                yield from self._keywords(start, ("list of", "one of"))
                yield from self._types(start)
            case words:
                yield from self._keywords(start, _QUOTED.findall(words))

    def _variables(self) -> Variables:
        return self.place.variables(self.snapshot.vocabulary)

    def _keywords(self, start: int, words: Iterable[str]) -> Iterator[Candidate]:
        for each in words:
            detail = MEANINGS.get(each, MEANINGS.get(each.partition(" ")[0], ""))
            yield from self._made(start, each, Sort.KEYWORD, detail)

    def _connectives(self, start: int, opening: Opening) -> Iterator[Candidate]:
        """Yield the words by which a clause may go on; a name follows a quantifier, and no word."""
        if _IS_QUANTIFIER.search(opening.construct):
            return
        taken = (words for words in _CONNECTIVES if opening.takes(words))
        match = _LEFT.search(opening.construct)
        kind = self._kind(match["left"]) if match is not None else None
        yield from self._keywords(start, (each for each in taken if _suits(each, kind)))

    def _types(self, start: int) -> Iterator[Candidate]:
        yield from self._keywords(start, SCALAR_TYPES)
        for symbol in self.snapshot.names.names(*_NAMED_TYPES):
            yield from self._made(start, symbol.name, Sort.TYPE, symbol.kind)

    # --- values --------------------------------------------------------------------------------

    def _kind(self, dotted: str) -> Type | None:
        return type_at(self.snapshot.vocabulary, self._variables(), dotted)

    def _element(self, opening: Opening) -> Type | None:
        """Return the type that a value at the end of a construct must have, if known."""
        if opening.construct.startswith("applies in"):
            return Scalar.PLACE
        edition = _EDITION.match(opening.head)
        if edition is not None:
            return named_type(self.snapshot.names.declared, edition[2])
        match = _COMPARED.search(opening.construct)
        return element_type(self._kind(match["left"])) if match is not None else None

    def _values(self, start: int, opening: Opening) -> Iterator[Candidate]:
        kind = self._element(opening)
        if _IS_ROW.match(opening.construct):
            yield from self._keywords(start, _QUOTED.findall(expect.OUTCOME))
        match kind:
            case EnumerationType(members=members):
                for member in members:
                    yield from self._made(start, member, Sort.MEMBER, f"a member of {kind.name}")
            case Scalar.YES_NO:
                yield from self._keywords(start, ("yes", "no"))
            case Scalar() if kind in _CODES:
                for code in sorted(codes(_CODES[kind])):
                    yield from self._named(start, code, Sort.MEMBER, word(code, kind))
            case None | Scalar.DATE:
                yield from self._keywords(start, ("today",))
            case _:
                pass
        edition = _EDITION.match(opening.head)
        if edition is not None:
            yield from (each for each in self._sets(start, kind) if each.text != edition[1])
        if "{" not in opening.construct.rpartition("}")[2]:
            yield from self._words(start)
            yield from self._roots(start, self._variables())
            yield from self.anywhere(start)

    def _sets(self, start: int, kind: Type | None) -> Iterator[Candidate]:
        for name, known in sorted(self.snapshot.policies.sets.items()):
            if kind is None or plain(known.type) == plain(kind):
                yield from self._made(start, name, Sort.NAME, known.label)

    def _words(self, start: int) -> Iterator[Candidate]:
        """Yield the names that stand for a value or a condition by themselves."""
        yield from chain.from_iterable(
            self._made(start, symbol.name, Sort.NAME, symbol.kind)
            for symbol in self.snapshot.names.declared
            if symbol.kind not in _NEVER_VALUES
        )

    def _names(self, start: int, kind: str) -> Iterator[Candidate]:
        for symbol in self.snapshot.names.names(kind):
            yield from self._made(start, symbol.name, Sort.NAME, self._title(symbol))

    def _title(self, symbol: Symbol) -> str:
        title = getattr(self.snapshot.names.declared[symbol], "title", None)
        return title.value if isinstance(title, tree.TextLiteral) else ""


def _single_facts(vocabulary: Vocabulary) -> Iterator[tuple[str, Fact]]:
    """Yield the facts that a path leads to which passes through no list."""
    waiting = [(vocabulary.root, vocabulary.campaign, frozenset({vocabulary.root}))]
    while waiting:
        owner, shape, seen = waiting.pop(0)
        for fact in shape.facts.values():
            path = f"{owner}.{fact.name}"
            yield path, fact
            if isinstance(fact.type, RecordType) and fact.type.name not in seen:
                inner = vocabulary.records[fact.type.name]
                waiting.append((path, inner, seen | {fact.type.name}))


def _suits(words: str, kind: Type | None) -> bool:
    """Whether a phrase may follow a fact of that type; any may follow what is no fact."""
    comparator = _COMPARATORS.get(words)
    if kind is None:
        return True
    if comparator is None:
        return kind is Scalar.YES_NO
    if comparator is Comparator.WITHIN:
        return kind is Scalar.DATE
    span = Span(source="", start=0, end=0)
    return fits(
        comparator, FactTerm(span=span, type=kind, variable=None, path=(), label="", text="")
    )
