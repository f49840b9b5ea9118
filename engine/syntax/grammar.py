"""The grammar: text to tree, and the only place that knows pyparsing.

Every clause begins with a keyword that commits (`-`), so a fault is reported where it stands.
Arithmetic is parsed flat and its precedence resolved afterwards, because `infix_notation` costs
more the deeper the brackets. Parse actions only construct nodes; judging them happens in
`checks` and in `engine.semantics`. Comments have been blanked out by the scanner.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, cast

import pyparsing as pp

from . import tree
from .lexis import (
    BINARY_COMPARATORS,
    CLAUSE_KEYWORDS,
    ITEM_KEYWORDS,
    RESERVED_WORDS,
    SET_COMPARATORS,
    TEST_KEYWORDS,
    UNARY_COMPARATORS,
    Comparator,
    phrase_pattern,
)
from .recovery import Complete, End, Recovering, SourceText, span_in

_NAME = r"[A-Za-z_]\w*"
_STEP = rf"{_NAME}(?:\[\d+\])?"
_RESERVED = "|".join(RESERVED_WORDS)
_NUMBER = r"\d+(?:\.\d+)?"
_PROVISION_KIND = "art|rec|annex|sec|part|para|ch|title|no|point|policy|item|reg|sch|rule"
_PROVISION = rf"(?:{_PROVISION_KIND})\s+[\w.]+(?:\(\w+\))*"

_ITEM_BORDER = phrase_pattern(*ITEM_KEYWORDS)
_RULE_BORDER = phrase_pattern(*CLAUSE_KEYWORDS, "rule", "end", *ITEM_KEYWORDS)
_STEP_BORDER = phrase_pattern(*TEST_KEYWORDS, "end", *ITEM_KEYWORDS)
_FACT_BORDER = rf"{_NAME}\s*:|{phrase_pattern('record', 'type', 'end', *ITEM_KEYWORDS)}"
_EDITION_BORDER = phrase_pattern("from", "is", "end", *ITEM_KEYWORDS)

Parts = Sequence[Any]
Build = Callable[[Any, Parts], object]


def _node(element: pp.ParserElement, build: Build, name: str | None = None) -> pp.ParserElement:
    """Let an element yield the node that `build(span, parts)` makes of its parts."""

    def action(text: str, _: int, parts: pp.ParseResults) -> object:
        span = span_in(text, parts[0].span.start, parts[-1].span.end)
        return build(span, parts.as_list())

    made = element.copy().add_parse_action(action)
    return made.set_name(name) if name else made


def _leaf(pattern: str, name: str, build: Callable[[Any, str], object] | None = None) -> pp.Regex:
    """Return an element for one token; without `build` it yields a `Name`."""

    def action(text: str, loc: int, parts: pp.ParseResults) -> object:
        matched = parts[0]
        span = span_in(text, loc, loc + len(matched))
        return build(span, matched) if build else tree.Name(span=span, text=matched)

    return cast("pp.Regex", pp.Regex(pattern).set_name(name).add_parse_action(action))


def _word(*phrases: str) -> pp.Regex:
    names = [f"`{phrase}`" for phrase in phrases]
    described = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return _leaf(phrase_pattern(*phrases), described)


def _mark(mark: str) -> pp.Regex:
    return _leaf(rf"\{mark}", f"`{mark}`")


def _listed(element: pp.ParserElement) -> pp.ParserElement:
    return element + pp.ZeroOrMore(_mark(",") - element)


def _of(kind: type | tuple[type, ...], parts: Parts) -> tuple[Any, ...]:
    return tuple(part for part in parts if isinstance(part, kind))


def _first(kind: type, parts: Parts) -> Any:
    return next((part for part in parts if isinstance(part, kind)), None)


# --- literals ---------------------------------------------------------------------------------


def _unescaped(quoted: str) -> str:
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _day(span: Any, text: str) -> tree.DateLiteral:
    try:
        return tree.DateLiteral(span=span, value=date.fromisoformat(text))
    except ValueError:
        reason = "a day that exists, written YYYY-MM-DD"
        raise pp.ParseFatalException(text, span.start, reason) from None


def _money(span: Any, text: str) -> tree.MoneyLiteral:
    currency, amount = text.split()
    return tree.MoneyLiteral(span=span, currency=currency, amount=Decimal(amount))


def _path(span: Any, text: str) -> tree.Path:
    steps, offset = [], span.start
    for part in text.split("."):
        name, _, ordinal = part.partition("[")
        where = tree.Span(source=span.source, start=offset, end=offset + len(part))
        number = int(ordinal[:-1]) if ordinal else None
        steps.append(tree.Step(span=where, name=name, ordinal=number))
        offset += len(part) + 1
    return tree.Path(span=span, steps=tuple(steps))


def _percent(span: Any, text: str) -> tree.PercentLiteral:
    return tree.PercentLiteral(span=span, value=Decimal(text.partition("%")[0].strip()))


_TEXT = _leaf(
    r'"(?:[^"\\\n]|\\.)*"',
    "a text in quotation marks",
    lambda span, text: tree.TextLiteral(span=span, value=_unescaped(text)),
)
_DATE = _leaf(r"\d{4}-\d{1,2}-\d{1,2}(?!\w)", "a day, written YYYY-MM-DD", _day)
_DAYS = _leaf(
    r"\d+\s+days?(?!\w)",
    "a number of days",
    lambda span, text: tree.DaysLiteral(span=span, days=int(text.split()[0])),
)
_PERCENT = _leaf(rf"{_NUMBER}\s*%", "a percentage", _percent)
_SHARE = _leaf(rf"{_NUMBER}\s*%\s+of(?!\w)", "a percentage", _percent)
_MONEY = _leaf(rf"[A-Z]{{3}}\s+{_NUMBER}(?![\w.])", "an amount of money", _money)
_NUMERAL = _leaf(
    rf"-?{_NUMBER}(?![\w.])",
    "a number",
    lambda span, text: tree.NumberLiteral(span=span, value=Decimal(text)),
)
_YES_NO = _leaf(
    r"(?:yes|no)(?!\w)",
    "`yes` or `no`",
    lambda span, text: tree.YesNoLiteral(span=span, value=text == "yes"),
)
_TODAY = _leaf(r"today(?!\w)", "`today`", lambda span, _: tree.Today(span=span))
_PATH = _leaf(rf"(?!(?:{_RESERVED})(?!\w)){_STEP}(?:\.{_STEP})*", "a fact, set or value", _path)
_IDENTIFIER = _leaf(rf"(?!(?:{_RESERVED})(?!\w)){_NAME}", "a name")
_MEMBER_NAME = _leaf(r"[a-z_][\w]*", "a member name in lower case")


# --- conditions -------------------------------------------------------------------------------

_OPERATORS = {operator.value: operator for operator in tree.ArithmeticOperator}
_COMPARATORS = {comparator.phrase: comparator for comparator in Comparator}
_TIGHT = (tree.ArithmeticOperator.MULTIPLY, tree.ArithmeticOperator.DIVIDE)


def _climb(_: Any, parts: Parts) -> object:
    """Resolve precedence: `*` and `/` before `+` and `-`, each from left to right."""
    values, operators = [parts[0]], []
    for mark, operand in zip(parts[1::2], parts[2::2], strict=True):
        operator = _OPERATORS[mark.text]
        if operator in _TIGHT:
            values[-1] = _joined(operator, values[-1], operand)
        else:
            operators.append(operator)
            values.append(operand)
    result = values[0]
    for operator, operand in zip(operators, values[1:], strict=True):
        result = _joined(operator, result, operand)
    return result


def _joined(operator: tree.ArithmeticOperator, left: Any, right: Any) -> tree.Arithmetic:
    span = left.span.to(right.span)
    return tree.Arithmetic(span=span, operator=operator, left=left, right=right)


def _shared(span: Any, parts: Parts) -> object:
    result = parts[-1]
    for percent in reversed(parts[:-1]):
        result = tree.PercentOf(span=span, percent=percent, whole=result)
    return result


def _bracketed(_: Any, parts: Parts) -> object:
    return parts[1]


def _compared(span: Any, parts: Parts) -> object:
    match parts:
        case [value]:
            return value
        case [left, tree.Name(text=phrase), days, tree.Name(text="before" | "after" as side), anchor]:
            del phrase
            return tree.Within(
                span=span, left=left, days=days, before=side == "before", anchor=anchor
            )
        case [left, tree.Name(text=phrase), *rest]:
            right = tuple(part for part in rest if not isinstance(part, tree.Name))
            comparator = _COMPARATORS[" ".join(phrase.split())]
            return tree.Comparison(span=span, comparator=comparator, left=left, right=right)
    raise AssertionError(parts)


def _denied(span: Any, parts: Parts) -> object:
    result = parts[-1]
    for word in reversed(parts[:-1]):
        where = tree.Span(source=span.source, start=word.span.start, end=span.end)
        result = tree.Not(span=where, operand=result)
    return result


def _junction(span: Any, parts: Parts) -> object:
    if len(parts) == 1:
        return parts[0]
    words, operands = parts[1::2], tuple(parts[0::2])
    second = next((word for word in words if word.text != words[0].text), None)
    if second is not None:
        return tree.MixedJunction(span=span, operands=operands, second=second)
    kind = tree.JunctionKind(words[0].text)
    return tree.Junction(span=span, kind=kind, operands=operands)


def _listing_item(span: Any, parts: Parts) -> object:
    return tree.ListingItem(span=span, label=parts[0].text[1:-1], condition=parts[1])


def _listing(span: Any, parts: Parts) -> object:
    kind = tree.ListingKind(" ".join(parts[0].text.split()))
    return tree.Listing(span=span, kind=kind, items=_of(tree.ListingItem, parts))


def _quantified(span: Any, parts: Parts) -> object:
    kind, variable, _in, collection, *rest = parts
    if_any = any(isinstance(part, tree.Name) and part.text.startswith(",") for part in rest)
    return tree.Quantified(
        span=span,
        kind=tree.QuantifierKind(kind.text),
        variable=variable,
        collection=collection,
        if_any=if_any,
        condition=rest[-1],
    )


def _condition() -> tuple[pp.ParserElement, pp.ParserElement, pp.ParserElement]:
    """Return the elements for a condition, a value and a set in braces."""
    condition = pp.Forward().set_name("a condition")
    value = pp.Forward().set_name("a value")
    brackets = _node(_mark("(") - condition - _mark(")"), _bracketed)
    members = _node(
        _mark("{") - pp.Optional(_listed(value)) - _mark("}"),
        lambda span, parts: tree.SetLiteral(span=span, members=_not_names(parts)),
        "members in braces",
    )
    atom = (
        *(_DATE, _DAYS, _PERCENT, _NUMERAL, _MONEY, _TEXT, _YES_NO, _TODAY, _PATH),
        *(members, brackets),
    )
    factor = _node(pp.ZeroOrMore(_SHARE) + pp.MatchFirst(atom), _shared, "a value")
    operator = _leaf(r"[+\-*/]", "an operator")
    value <<= _node(factor + pp.ZeroOrMore(operator - factor), _climb, "a value")
    some_set = (members | _PATH).set_name("a set, by name or as members in braces")
    tail = pp.MatchFirst(
        [
            _word(*(comparator.phrase for comparator in UNARY_COMPARATORS)),
            _word("is between") - value - _word("and") - value,
            _word("is within") - value - _word("before", "after") - value,
            _word(*(comparator.phrase for comparator in SET_COMPARATORS)) - some_set,
            _word(*(comparator.phrase for comparator in BINARY_COMPARATORS)) - value,
        ]
    )
    comparison = _node(value + pp.Optional(tail), _compared, "a condition")
    quantifier = _leaf(rf"(?:any|every)(?!\w)(?!\s+of(?!\w))|no(?=\s+{_NAME}\s+in(?!\w))", "a quantifier")
    quantified = _node(
        quantifier
        - _IDENTIFIER
        - _word("in")
        - _PATH
        - pp.Optional(_leaf(r",\s*if\s+any\s*,", "`, if any,`"))
        - _word("has")
        - brackets,
        _quantified,
    )
    simple = quantified | comparison
    plain = _node(pp.ZeroOrMore(_word("not")) + simple, _denied, "a condition")
    junction = _node(plain + pp.ZeroOrMore(_word("and", "or") - plain), _junction, "a condition")
    item = _node(_leaf(r"\([a-z]\)", "a label such as `(a)`") - junction, _listing_item)
    listing = _node(
        _word("all of", "any of", "none of") - pp.OneOrMore(item + pp.Optional(_mark(";"))),
        _listing,
    )
    condition <<= (listing | junction).set_name("a condition")
    return condition, value, members


def _not_names(parts: Parts) -> tuple[Any, ...]:
    return tuple(part for part in parts if not isinstance(part, tree.Name))


# --- clauses ----------------------------------------------------------------------------------


def _clause(keyword: str, body: pp.ParserElement, build: Build) -> pp.ParserElement:
    return _node(_word(keyword) - body - Complete(_RULE_BORDER), build)


def _force(span: Any, parts: Parts) -> object:
    start, *until = _of(tree.DateLiteral, parts)
    return tree.ForceClause(span=span, start=start, until=until[0] if until else None)


def _require(span: Any, parts: Parts) -> object:
    when = parts[3] if len(parts) > 2 else None
    return tree.RequireClause(span=span, condition=parts[1], when=when)


def _choice(node: Callable[..., object], kind: Callable[[str], object], field: str) -> Build:
    return lambda span, parts: node(span=span, **{field: kind(parts[1].text)})


def _clauses(condition: pp.ParserElement, members: pp.ParserElement) -> pp.ParserElement:
    citation = _node(
        _leaf(r"[A-Z]\w*", "the name of an instrument")
        - _leaf(rf"{_PROVISION}(?:\s+{_PROVISION})*", "a provision such as `art 28(2)`"),
        lambda span, parts: tree.Citation(
            span=span, instrument=parts[0], provision=" ".join(parts[1].text.split())
        ),
    )
    clauses = [
        _clause(
            "source",
            _listed(citation),
            lambda span, parts: tree.SourceClause(
                span=span, citations=_of(tree.Citation, parts)
            ),
        ),
        _clause("in force from", _DATE + pp.Optional(_word("until") - _DATE), _force),
        _clause(
            "applies in",
            members | _PATH,
            lambda span, parts: tree.PlaceClause(span=span, places=parts[1]),
        ),
        _clause(
            "applies when",
            condition,
            lambda span, parts: tree.ApplicabilityClause(span=span, condition=parts[1]),
        ),
        _clause(
            "prohibit when",
            condition,
            lambda span, parts: tree.ProhibitClause(span=span, condition=parts[1]),
        ),
        _clause("require", condition + pp.Optional(_word("when") - condition), _require),
        _clause(
            "unless",
            _TEXT - condition,
            lambda span, parts: tree.ExceptionClause(
                span=span, name=parts[1], condition=parts[2]
            ),
        ),
        _clause(
            "if unknown",
            _word("ask", "deny"),
            _choice(tree.UnknownClause, tree.UnknownTreatment, "treatment"),
        ),
        _clause(
            "severity",
            _word(*(gravity.value for gravity in tree.Gravity)),
            _choice(tree.SeverityClause, tree.Gravity, "gravity"),
        ),
        _clause(
            "enforcement",
            _word(*(enforcement.value for enforcement in tree.Enforcement)),
            _choice(tree.EnforcementClause, tree.Enforcement, "enforcement"),
        ),
        _clause(
            "message", _TEXT, lambda span, parts: tree.MessageClause(span=span, text=parts[1])
        ),
        _clause("remedy", _TEXT, lambda span, parts: tree.RemedyClause(span=span, text=parts[1])),
        _clause(
            "evidence",
            _listed(_PATH),
            lambda span, parts: tree.EvidenceClause(span=span, paths=_of(tree.Path, parts)),
        ),
    ]
    unexpected = _unexpected(_RULE_BORDER, "a clause")
    return Recovering(pp.MatchFirst(clauses) | unexpected, _RULE_BORDER, "rule")


def _unexpected(border: str, name: str) -> pp.ParserElement:
    """Return an element that starts where no border does, and always fails there."""
    return pp.Regex(rf"(?!{border})(?=\S)").suppress() - pp.NoMatch().set_name(name)


# --- items ------------------------------------------------------------------------------------


def _policy(condition: pp.ParserElement, members: pp.ParserElement) -> pp.ParserElement:
    clause = _clauses(condition, members)
    rule = _node(
        _word("rule") - _IDENTIFIER - pp.Optional(_TEXT) - pp.ZeroOrMore(clause),
        lambda span, parts: tree.Rule(
            span=span, name=parts[1], title=_first(tree.TextLiteral, parts), clauses=_clause_parts(parts)
        ),
    )
    policy = (
        _word("policy")
        - _IDENTIFIER
        - pp.Optional(_TEXT)
        - pp.ZeroOrMore(clause)
        - pp.ZeroOrMore(rule)
        - End("policy")
    )
    return _node(
        policy,
        lambda span, parts: tree.Policy(
            span=span,
            name=parts[1],
            title=_first(tree.TextLiteral, parts),
            clauses=_clause_parts(parts),
            rules=_of(tree.Rule, parts),
        ),
    )


def _clause_parts(parts: Parts) -> tuple[Any, ...]:
    return _of((*tree.Clause.__args__, tree.Broken), parts)


def _vocabulary() -> pp.ParserElement:
    names = _mark("{") - _listed(_MEMBER_NAME) - _mark("}")
    inline = _node(
        pp.Optional(_word("list of")) + _word("one of") - names,
        lambda span, parts: tree.InlineEnumeration(
            span=span, members=_member_names(parts), is_list=parts[0].text.startswith("list")
        ),
    )
    named = _node(
        pp.Optional(_word("list of")) + _IDENTIFIER,
        lambda span, parts: tree.TypeName(span=span, name=parts[-1], is_list=len(parts) == 2),
    )
    fact = _node(
        _leaf(rf"(?!(?:end|record|type)\s+\w){_NAME}", "a fact")
        + _mark(":")
        - (inline | named).set_name("a type")
        - pp.Optional(_word("required", "optional"))
        - pp.Optional(_TEXT)
        - Complete(_FACT_BORDER),
        _fact,
    )
    facts = Recovering(fact | _unexpected(_FACT_BORDER, "a fact"), _FACT_BORDER, "vocabulary")
    record = _node(
        _word("record") - _IDENTIFIER - pp.Optional(_TEXT) - pp.ZeroOrMore(facts) - End("record"),
        lambda span, parts: tree.RecordDeclaration(
            span=span,
            name=parts[1],
            label=_first(tree.TextLiteral, parts),
            facts=_of((tree.FactDeclaration, tree.Broken), parts),
        ),
    )
    enumeration = _node(
        _word("type") - _IDENTIFIER - _word("is one of") - names - Complete(_FACT_BORDER),
        lambda span, parts: tree.EnumerationDeclaration(
            span=span, name=parts[1], members=_member_names(parts[2:])
        ),
    )
    part = _guarded(record, enumeration, facts)
    return _node(
        _word("vocabulary") - _IDENTIFIER - pp.Optional(_TEXT) - pp.ZeroOrMore(part) - End("vocabulary"),
        lambda span, parts: tree.Vocabulary(
            span=span,
            name=parts[1],
            label=_first(tree.TextLiteral, parts),
            parts=_of((*tree.VocabularyPart.__args__, tree.Broken), parts),
        ),
    )


def _guarded(
    record: pp.ParserElement, enumeration: pp.ParserElement, facts: pp.ParserElement
) -> pp.ParserElement:
    """Return the parts of a vocabulary, each with recovery at the next part."""
    record_start = pp.FollowedBy(pp.Regex(r"record\s+\w+(?!\s*:)"))
    type_start = pp.FollowedBy(pp.Regex(r"type\s+\w+(?!\s*:)"))
    return (
        record_start + Recovering(record, _FACT_BORDER, "vocabulary")
        | type_start + Recovering(enumeration, _FACT_BORDER, "vocabulary")
        | facts
    )


def _fact(span: Any, parts: Parts) -> object:
    return tree.FactDeclaration(
        span=span,
        name=parts[0],
        type=parts[2],
        required=any(isinstance(p, tree.Name) and p.text == "required" for p in parts[3:]),
        label=_first(tree.TextLiteral, parts),
    )


def _member_names(parts: Parts) -> tuple[tree.Name, ...]:
    marks = {"{", "}", ",", "list of", "one of"}
    return tuple(p for p in parts if isinstance(p, tree.Name) and " ".join(p.text.split()) not in marks)


def _set(members: pp.ParserElement) -> pp.ParserElement:
    dated = _word("from") - _DATE - pp.Optional(_word("until") - _DATE)
    edition = _node(
        pp.Optional(dated) + _word("is") - members - Complete(_EDITION_BORDER), _edition
    )
    editions = Recovering(
        edition | _unexpected(_EDITION_BORDER, "`from DATE is {…}` or `is {…}`"),
        _EDITION_BORDER,
        "set",
    )
    return _node(
        _word("set")
        - _IDENTIFIER
        - _word("of")
        - _IDENTIFIER
        - pp.Optional(_TEXT)
        - pp.ZeroOrMore(editions)
        - End("set"),
        lambda span, parts: tree.SetDeclaration(
            span=span,
            name=parts[1],
            type=parts[3],
            label=_first(tree.TextLiteral, parts),
            editions=_of((tree.SetEdition, tree.Broken), parts),
        ),
    )


def _edition(span: Any, parts: Parts) -> object:
    start, until, *_ = (*_of(tree.DateLiteral, parts), None, None)
    return tree.SetEdition(
        span=span, start=start, until=until, members=_first(tree.SetLiteral, parts)
    )


def _test(value: pp.ParserElement) -> pp.ParserElement:
    reference = _leaf(
        rf"{_NAME}/{_NAME}",
        "a rule, written policy/rule",
        lambda span, text: tree.RuleReference(
            span=span, policy=text.partition("/")[0], rule=text.partition("/")[2]
        ),
    )
    outcomes = (
        _word("allow")
        | _word("deny for want of") - _listed(_PATH)
        | _word("deny by", "warn by") - _listed(reference)
    )
    steps = [
        _node(
            _word("on") - _DATE - Complete(_STEP_BORDER),
            lambda span, parts: tree.OnStep(span=span, day=parts[1]),
        ),
        _node(
            _word("given file") - _TEXT - Complete(_STEP_BORDER),
            lambda span, parts: tree.GivenFile(span=span, file=parts[1]),
        ),
        _node(
            _word("given") - _PATH - (_word("is empty") | _word("is") - value) - Complete(_STEP_BORDER),
            lambda span, parts: tree.GivenFact(
                span=span, path=parts[1], value=parts[3] if len(parts) > 3 else None
            ),
        ),
        _node(
            _word("without") - _PATH - Complete(_STEP_BORDER),
            lambda span, parts: tree.WithoutFact(span=span, path=parts[1]),
        ),
        _node(
            _word("expect")
            - outcomes.set_name("`allow`, `deny by`, `deny for want of` or `warn by`")
            - Complete(_STEP_BORDER),
            lambda span, parts: tree.Expectation(
                span=span,
                expected=tree.Expected(" ".join(parts[1].text.split())),
                rules=_of(tree.RuleReference, parts),
                paths=_of(tree.Path, parts),
            ),
        ),
    ]
    step = Recovering(
        pp.MatchFirst(steps) | _unexpected(_STEP_BORDER, "`on`, `given`, `without` or `expect`"),
        _STEP_BORDER,
        "test",
    )
    return _node(
        _word("test") - _TEXT - pp.ZeroOrMore(step) - End("test"),
        lambda span, parts: tree.Test(
            span=span, title=parts[1], steps=_of((*tree.TestStep.__args__, tree.Broken), parts)
        ),
    )


def _instrument(span: Any, parts: Parts) -> object:
    return tree.Instrument(span=span, name=parts[1], title=parts[2], url=parts[3])


@cache
def grammar() -> pp.ParserElement:
    """Return the element for a whole file; it is built once."""
    condition, value, members = _condition()
    module = _node(
        _word("module") - _leaf(rf"{_NAME}(?:\.{_NAME})*", "the name of the module"),
        lambda span, parts: tree.Module(span=span, name=parts[1].text),
    )
    instrument = _node(
        _word("instrument") - _leaf(r"[A-Z]\w*", "a name that begins with a capital") - _TEXT - _TEXT,
        _instrument,
    )
    items = pp.MatchFirst(
        [
            module,
            instrument,
            _vocabulary(),
            _set(members),
            _policy(condition, members),
            _test(value),
            _unexpected(_ITEM_BORDER, "an item"),
        ]
    )
    return pp.ZeroOrMore(Recovering(items, _ITEM_BORDER, "file")).parse_with_tabs()


def parse_items(text: str, source: str) -> tuple[tree.Item | tree.Broken, ...]:
    """Return the items of a text whose comments are blanked out; faults stand as `Broken`."""
    return tuple(grammar().parse_string(SourceText.of(text, source), parse_all=True))
