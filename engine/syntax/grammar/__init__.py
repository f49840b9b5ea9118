"""The grammar: text to tree, and the only place that knows pyparsing.

Every clause begins with a keyword that commits (`-`), so a fault is reported where it stands.
Parse actions only construct nodes; judging them happens in `parse` and in `engine.semantics`.
Comments have been blanked out by the scanner. Packrat parsing stays off: it is slower here, and
it is a setting of the whole process.
"""

from dataclasses import dataclass
from functools import cache

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import ADDRESS, CAPITAL_NAME, ITEM
from ..lexis import MOST_FAULTS, NAME, TEXT
from .borders import ITEM_BORDER, ITEM_WORD
from .cases import case
from .definitions import definition
from .elements import TITLE, Choice, Parts, clause, leaf, misfit, word
from .literals import text
from .parameters import parameter
from .policies import policy
from .profiles import profile
from .reading import SourceText
from .recovery import Recovering
from .tables import table
from .vocabularies import set_declaration, vocabulary
from .waivers import waiver

__all__ = ["Items", "parse_items"]


def _instrument(span: Span, parts: Parts) -> tree.Instrument:
    return tree.Instrument(span=span, name=parts[1], title=parts[2], url=parts[3])


@cache
def _grammar() -> pp.ParserElement:
    """Return the element for a whole file; it is built once."""
    module = clause(
        word("module") - leaf(rf"{NAME}(?:\.{NAME})*", "the name of the module"),
        ITEM_BORDER,
        lambda span, parts: tree.Module(span=span, name=parts[1].text),
    )
    instrument = clause(
        word("instrument") - leaf(r"[A-Z]\w*", CAPITAL_NAME) - TITLE - leaf(TEXT, ADDRESS, text),
        ITEM_BORDER,
        _instrument,
    )
    items = Choice(
        (
            *(module, instrument, vocabulary(), set_declaration(), parameter(), definition()),
            *(table(), policy(), waiver(), profile(), case()),
        ),
        misfit(ITEM_BORDER, ITEM),
    )
    item = Recovering(items, ITEM_BORDER, "file", word=ITEM_WORD)
    return pp.ZeroOrMore(item).parse_with_tabs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The items of a text; faults stand among them as `Broken`.

    The text `is_whole` where it was read to its end, not only to one fault too many. It `is_sound`
    where nothing in it is `Broken`, or joined by `and` as well as `or`.
    """

    items: tuple[tree.Item | tree.Broken, ...]
    is_whole: bool
    is_sound: bool


def parse_items(text: str, source: str) -> Items:
    """Return the items of a text whose comments are blanked out."""
    named = SourceText.of(text, source)
    items = tuple(_grammar().parse_string(named, parse_all=True))
    return Items(items=items, is_whole=named.faults <= MOST_FAULTS, is_sound=named.is_sound)
