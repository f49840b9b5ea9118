"""The place of the cursor in a text that is being written.

What fits there is asked of the grammar itself: a mark that fits nowhere is put at the place, and
the grammar says what it would have taken instead. So nothing here lists what may follow what.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..semantics.tree import MARKET
from ..semantics.types import RecordType, Scalar, Type, element_type
from ..semantics.vocabulary import Vocabulary
from ..source.text import Source
from ..syntax import tree
from ..syntax.grammar import parse_items
from ..syntax.grammar.borders import ITEM_BORDER
from ..syntax.lexis import NAME
from ..syntax.tokens import TokenKind, examine, scan
from ..syntax.visit import walk
from .naming import fact_below

Variables: TypeAlias = Mapping[str, Type | None]
"""What the names that are bound at a place stand for."""

DOTTED = rf"{NAME}(?:\[\d+\])?(?:\.{NAME}(?:\[\d+\])?)*"
_NOTHING_FITS = "?"
_BACK = 3
_ITEM = re.compile(rf"^[ \t]*(?={ITEM_BORDER})", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*rule[ \t]+\w", re.MULTILINE)
_WORD = re.compile(r"[^\s,{}()\"]+")
_UNDER_CURSOR = re.compile(rf"(?:{NAME}(?:\[\d+\])?\.)*\w*\Z")
_KINDS = "|".join(kind.value for kind in tree.QuantifierKind)
_BINDING = re.compile(
    rf"(?:{_KINDS}|each)\s+(?P<name>{NAME})\s+in\s+(?P<list>{DOTTED})"
    r"(?:\s*,\s*if\s+any\s*,)?\s+(?P<opening>has\s*\(|where\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the cursor stands.

    `text` is what the grammar reads of the text before it, `start` where the item begins in which
    it stands, `word` where the dotted word begins that ends at it.
    """

    text: str
    start: int
    word: int
    inside: TokenKind

    @property
    def typed(self) -> str:
        """The dotted word that ends at the cursor."""
        return self.text[self.word :]

    @property
    def item(self) -> str:
        """What stands of the item before the word."""
        return self.text[self.start : self.word]

    def starts(self) -> Iterator[int]:
        """Yield where a phrase may begin that ends at the cursor: at its word, or words before."""
        line = self.text.rfind("\n", 0, self.word) + 1
        before = [line + match.start() for match in _WORD.finditer(self.text[line:])]
        yield self.word
        yield from [start for start in reversed(before) if start < self.word][:_BACK]

    def variables(self, vocabulary: Vocabulary, *, anywhere: bool = False) -> Variables:
        """Return the names bound here; with `anywhere` those that the rule binds at all."""
        text = self.text[self._rule() :] if anywhere else self.item
        found: dict[str, Type | None] = {}
        for match in _BINDING.finditer(text):
            # What an aggregate binds has no name outside of its brackets.
            is_told = anywhere and match["opening"] != "where"
            if is_told or _is_open(text[match.end() :]):
                listed = type_at(vocabulary, found, match["list"])
                found[match["name"]] = element_type(listed)
        if self.text.startswith(("policy", "waiver"), self.start):
            found[MARKET] = Scalar.PLACE
        return found

    def _rule(self) -> int:
        starts = [match.start() for match in _RULE.finditer(self.text, self.start)]
        return starts[-1] if starts else self.start


def place_at(source: Source, offset: int) -> Place:
    """Return the place at an offset of a text."""
    before = Source(name=source.name, text=source.text[:offset])
    kinds = [token.kind for token in scan(before)]
    text, _ = examine(before)
    under = _UNDER_CURSOR.search(text)
    word = under.start() if under is not None else offset
    starts = [match.end() for match in _ITEM.finditer(text, 0, word)]
    return Place(
        text=text,
        start=starts[-1] if starts else 0,
        word=word,
        inside=kinds[-1] if kinds else TokenKind.SPACE,
    )


def type_at(vocabulary: Vocabulary, variables: Variables, dotted: str) -> Type | None:
    """Return the type of what a dotted word leads to, or None where it leads nowhere."""
    first, *rest = dotted.split(".")
    kind = variables.get(first)
    if kind is None and first == vocabulary.root:
        kind = RecordType(name=vocabulary.root)
    for step in rest:
        name, bracket, _ = step.partition("[")
        below = fact_below(vocabulary, kind, name)
        if below is None:
            return None
        kind = element_type(below[1]) if bracket else below[1]
    return kind


def _is_open(text: str) -> bool:
    """Whether a bracket that was opened before a text is still open behind it."""
    depth = 1
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return False
    return True


# --- what the grammar would take --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the grammar would take at a place.

    `expected` is its own phrase for that (`engine.syntax.expectations`), `construct` the text from
    the beginning of the clause on, and `head` the line that opens the item around it.
    """

    expected: str
    construct: str
    head: str

    def takes(self, words: str) -> bool:
        """Whether these words could come next."""
        asked = f"{self.head}{self.construct}{words} "
        return _misfit(asked).place == len(asked)


def opening_at(place: Place, start: int) -> Opening | None:
    """Return what the grammar would take at one of the starts of a place."""
    item = place.text[place.start : start]
    broken = _misfit(item)
    if broken.place != len(item):
        return None
    begin = broken.span.start
    head, end, _ = item[:begin].partition("\n")
    return Opening(expected=broken.expected, construct=item[begin:], head=head + end)


def _misfit(text: str) -> tree.Broken:
    """Return where the grammar first stops when what fits nowhere is put behind a text."""
    items = parse_items(text + _NOTHING_FITS, "").items
    nodes = (node for item in items for node in walk(item))
    # INVARIANT: no construct takes the mark, so there is always one that is broken.
    return min((n for n in nodes if isinstance(n, tree.Broken)), key=lambda n: n.place)
