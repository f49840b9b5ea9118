"""The grammar of what conditions may speak of: vocabularies and sets."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import EDITION, FACT, OF_FILE
from ..lexis import ITEM_KEYWORDS, NAME, phrase_pattern
from .borders import EDITION_BORDER, FACT_BORDER, GROUP_START
from .conditions import MEMBERS_ELEMENT, PLAIN_ELEMENT
from .elements import (
    DAY,
    IDENTIFIER,
    IS,
    MEMBER_NAME,
    TITLE,
    Choice,
    Parts,
    block,
    clause,
    first,
    leaf,
    listed,
    mark,
    misfit,
    node,
    of,
    phrase_of,
    word,
)
from .recovery import End, Recovering

_NO_ITEM = rf"(?!(?:end|{phrase_pattern(*ITEM_KEYWORDS)})[ \t]+[\"\w])"


def _types() -> tuple[pp.ParserElement, pp.ParserElement]:
    """Return the elements for a type and for names in braces."""
    names = mark("{") - listed(MEMBER_NAME) - mark("}")
    inline = node(pp.Optional(word("list of")) + word("one of") - names, _inline)
    named = node(pp.Optional(word("list of")) + IDENTIFIER, _named)
    return (inline | named).set_name("a type"), names


def _inline(span: Span, parts: Parts) -> tree.InlineEnumeration:
    is_list = phrase_of(parts[0]) == "list of"
    members = tuple(parts[is_list + 2 : -1 : 2])
    return tree.InlineEnumeration(span=span, members=members, is_list=is_list)


def _named(span: Span, parts: Parts) -> tree.TypeName:
    return tree.TypeName(span=span, name=parts[-1], is_list=len(parts) > 1)


def _fact(span: Span, parts: Parts) -> tree.FactDeclaration:
    words = [part.text if isinstance(part, tree.Name) else "" for part in parts[3:]]
    behind = words.index("presumed") + 4 if "presumed" in words else 3
    presumed = parts[behind] if "presumed" in words else None
    return tree.FactDeclaration(
        span=span,
        name=parts[0],
        type=parts[2],
        required="required" in words,
        presumed=presumed,
        sensitive="sensitive" in words,
        label=first(tree.TextLiteral, [part for part in parts[3:] if part is not presumed]),
    )


def _record(span: Span, parts: Parts) -> tree.RecordDeclaration:
    return tree.RecordDeclaration(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        facts=of(tree.FactDeclaration | tree.Broken, parts),
    )


def _enumeration(span: Span, parts: Parts) -> tree.EnumerationDeclaration:
    members = tuple(parts[4:-1:2])
    return tree.EnumerationDeclaration(span=span, name=parts[1], members=members)


def _vocabulary(span: Span, parts: Parts) -> tree.Vocabulary:
    return tree.Vocabulary(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        parts=of(tree.VocabularyPart | tree.Broken, parts),
    )


def vocabulary() -> pp.ParserElement:
    """Return the element for a vocabulary with its facts, groups of facts and types."""
    kind, names = _types()
    fact = clause(
        leaf(_NO_ITEM + NAME, FACT)
        - mark(":")
        - kind
        - pp.Optional(word("required", "optional"))
        - pp.Optional(word("presumed") - PLAIN_ELEMENT)
        - pp.Optional(word("sensitive"))
        - pp.Optional(TITLE),
        FACT_BORDER,
        _fact,
    )
    group_ahead = pp.FollowedBy(pp.Regex(GROUP_START))
    facts = Recovering(fact | misfit(FACT_BORDER, FACT), FACT_BORDER, "vocabulary")
    record = node(
        word("record")
        - IDENTIFIER
        - pp.Optional(TITLE)
        - pp.ZeroOrMore(~group_ahead + facts)
        - End("record", outer="vocabulary"),
        _record,
    )
    enumeration = clause(
        word("type") - IDENTIFIER - word("is one of") - names, FACT_BORDER, _enumeration
    )
    group = Recovering(group_ahead + (record | enumeration), FACT_BORDER, "vocabulary")
    return node(
        word("vocabulary")
        - IDENTIFIER
        - pp.Optional(TITLE)
        - pp.ZeroOrMore(group | facts)
        - End("vocabulary"),
        _vocabulary,
    )


def _edition(span: Span, parts: Parts) -> tree.SetEdition:
    start, end = first(tree.DateLiteral, parts), first(tree.End, parts)
    return tree.SetEdition(span=span, start=start, end=end, members=parts[-1])


def _column(span: Span, parts: Parts) -> tree.CsvColumn:
    name, file = of(tree.TextLiteral, parts)
    return tree.CsvColumn(span=span, name=name, file=file)


def _set(span: Span, parts: Parts) -> tree.SetDeclaration:
    return tree.SetDeclaration(
        span=span,
        name=parts[1],
        type=parts[3],
        label=first(tree.TextLiteral, parts),
        editions=of(tree.SetEdition | tree.Broken, parts),
    )


def set_declaration() -> pp.ParserElement:
    """Return the element for a set, in one edition or in several dated ones."""
    file = leaf(phrase_pattern("of"), OF_FILE) - TITLE
    members = node(word("column") - TITLE - file, _column) | MEMBERS_ELEMENT
    since = word("from") - DAY - IS - members
    always = word("is") - members
    edition = Choice(
        (clause(each, EDITION_BORDER, _edition) for each in (since, always)),
        misfit(EDITION_BORDER, EDITION),
    )
    heading = IDENTIFIER - word("of") - IDENTIFIER - pp.Optional(TITLE)
    return block("set", heading, edition, EDITION_BORDER, _set)
