"""Generators of names, literals, and expressions, as trees that the grammar can write.

The spans of the nodes mean nothing; they take no part in equality.
"""

import string
from decimal import Decimal

from hypothesis import strategies as st

from engine.source.text import Span
from engine.syntax import tree
from engine.syntax.lexis import (
    DISTANCE_UNITS,
    RESERVED_WORDS,
    SET_COMPARATORS,
    TIME_UNITS,
    UNARY_COMPARATORS,
    Comparator,
)

NOWHERE = Span(source="generated", start=0, end=0)

WORDS_LIKE_KEYWORDS = (
    *(
        "within_limit",
        "note",
        "is_political",
        "in_creative",
        "nonesuch",
        "order",
        "android",
        "ended",
    ),
    *(
        "source",
        "means",
        "define",
        "waiver",
        "ticket",
        "reason",
        "parameter",
        "reviewed",
        "text",
        "message",
        "from",
        "on",
        "set",
        "policy",
        "test",
        "type",
        "record",
        "until",
        "through",
    ),
    *("any", "every", "all", "none", "other", "severity", "evidence", "remedy", "module", "ask"),
)
COUNTRIES = ("NO", "IN", "IS", "BY", "AT", "BE", "IT", "DO", "SO", "TO", "AS", "US-CA", "en-GB")
NAMES = (
    st.sampled_from(WORDS_LIKE_KEYWORDS)
    | st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
).filter(lambda word: word not in RESERVED_WORDS)
ANY_NAMES = NAMES | st.sampled_from(RESERVED_WORDS)
MEMBERS = NAMES.map(str.lower).filter(lambda word: word not in RESERVED_WORDS)
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"]), max_size=12
)
AMOUNTS = st.decimals(
    min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=2, allow_nan=False
) | st.integers(-100, 10**12).map(Decimal)


def names() -> st.SearchStrategy[tree.Name]:
    return NAMES.map(lambda text: tree.Name(span=NOWHERE, text=text))


def titles() -> st.SearchStrategy[tree.TextLiteral]:
    return TEXTS.map(lambda value: tree.TextLiteral(span=NOWHERE, value=value))


def days() -> st.SearchStrategy[tree.DateLiteral]:
    return st.dates().map(lambda value: tree.DateLiteral(span=NOWHERE, value=value))


def ends() -> st.SearchStrategy[tree.End]:
    word = st.sampled_from(tree.EndWord)
    return st.builds(tree.End, span=st.just(NOWHERE), word=word, day=days())


def steps(
    texts: st.SearchStrategy[str], ordinals: st.SearchStrategy[int | None]
) -> st.SearchStrategy[tree.Step]:
    return st.builds(tree.Step, span=st.just(NOWHERE), name=texts, ordinal=ordinals)


@st.composite
def paths(draw: st.DrawFn, *, ordinals: bool = True) -> tree.Path:
    numbers = st.none() | st.integers(1, 99) if ordinals else st.none()
    if draw(st.booleans()):
        return tree.Path(span=NOWHERE, steps=(draw(steps(st.sampled_from(COUNTRIES), st.none())),))
    first = draw(steps(NAMES, numbers))
    rest = draw(st.lists(steps(ANY_NAMES, numbers), max_size=3))
    return tree.Path(span=NOWHERE, steps=(first, *rest))


@st.composite
def dotted_paths(draw: st.DrawFn) -> tree.Path:
    """Return paths that name facts: no codes, because a hyphen is no part of a fact's name."""
    path = draw(paths())
    return (
        path
        if "-" not in path.steps[0].name
        else tree.Path(span=NOWHERE, steps=(tree.Step(span=NOWHERE, name="campaign"),))
    )


def literals() -> st.SearchStrategy[tree.Expression]:
    span = st.just(NOWHERE)
    currencies = st.sampled_from(("EUR", "USD", "JPY"))
    return st.one_of(
        st.builds(tree.NumberLiteral, span=span, value=AMOUNTS),
        st.builds(tree.PercentLiteral, span=span, value=AMOUNTS),
        st.builds(tree.MoneyLiteral, span=span, currency=currencies, amount=AMOUNTS),
        measures(),
        st.builds(tree.PeriodLiteral, span=span, start=st.dates(), end=st.dates()),
        st.builds(tree.YesNoLiteral, span=span, value=st.booleans()),
        st.builds(tree.Today, span=span),
        days(),
        titles(),
        paths(),
    )


def lengths() -> st.SearchStrategy[tree.MeasureLiteral]:
    whole = st.integers(0, 10**6).map(Decimal)
    return st.builds(
        tree.MeasureLiteral, span=st.just(NOWHERE), amount=whole, unit=st.sampled_from(TIME_UNITS)
    )


def measures() -> st.SearchStrategy[tree.MeasureLiteral]:
    span, whole = st.just(NOWHERE), st.integers(0, 10**6).map(Decimal)
    distances = st.decimals(min_value=0, max_value=10**6, places=2) | whole
    return st.builds(
        tree.MeasureLiteral, span=span, amount=whole, unit=st.sampled_from(TIME_UNITS)
    ) | st.builds(
        tree.MeasureLiteral, span=span, amount=distances, unit=st.sampled_from(DISTANCE_UNITS)
    )


def set_literals(members: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.SetLiteral]:
    return st.builds(
        tree.SetLiteral, span=st.just(NOWHERE), members=st.lists(members, max_size=3).map(tuple)
    )


def expressions() -> st.SearchStrategy[tree.Expression]:
    return st.recursive(literals(), _composed, max_leaves=8)


def _composed(inner: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    span = st.just(NOWHERE)
    percent = st.builds(tree.PercentLiteral, span=span, value=AMOUNTS)
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        set_literals(inner),
        st.builds(
            tree.Arithmetic,
            span=span,
            operator=st.sampled_from(tree.ArithmeticOperator),
            left=inner,
            right=inner,
        ),
        st.builds(tree.PercentOf, span=span, percent=percent, whole=inner),
        aggregates(inner),
        lookups(inner),
        comparisons(inner),
        st.builds(
            tree.Within, span=span, left=inner, length=inner, before=st.booleans(), anchor=inner
        ),
        st.builds(
            tree.Junction, span=span, kind=st.sampled_from(tree.JunctionKind), operands=several
        ),
        mixed_junctions(inner),
        listings(inner),
        st.builds(tree.Not, span=span, operand=inner),
        quantifieds(inner),
    )


@st.composite
def aggregates(draw: st.DrawFn, inner: st.SearchStrategy[tree.Expression]) -> tree.Aggregate:
    kind = draw(st.sampled_from(tree.AggregateKind))
    variable = draw(st.none() | names())
    is_counted = variable is None or kind is tree.AggregateKind.COUNT
    return tree.Aggregate(
        span=NOWHERE,
        kind=kind,
        value=None if is_counted else draw(inner),
        variable=variable,
        collection=draw(dotted_paths()),
        where=None if variable is None else draw(st.none() | inner),
    )


def lookups(inner: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Lookup]:
    names = st.from_regex(r"[a-z]{3,6}_by", fullmatch=True)
    return st.builds(
        tree.Lookup,
        span=st.just(NOWHERE),
        table=names.map(lambda text: tree.Name(span=NOWHERE, text=text)),
        arguments=st.lists(inner, min_size=1, max_size=3).map(tuple),
    )


@st.composite
def comparisons(draw: st.DrawFn, inner: st.SearchStrategy[tree.Expression]) -> tree.Comparison:
    comparator = draw(st.sampled_from([c for c in Comparator if c is not Comparator.WITHIN]))
    right: tuple[tree.Expression, ...] = ()
    if draw(st.integers(0, 9)) == 0:
        periods = dotted_paths() | st.builds(
            tree.PeriodLiteral, span=st.just(NOWHERE), start=st.dates(), end=st.dates()
        )
        right = (draw(periods),)
        left = draw(inner)
        return tree.Comparison(span=NOWHERE, comparator=Comparator.WITHIN, left=left, right=right)
    if comparator in SET_COMPARATORS:
        right = (draw(dotted_paths() | set_literals(inner)),)
    elif comparator is Comparator.BETWEEN:
        right = (draw(inner), draw(inner))
    elif comparator not in UNARY_COMPARATORS:
        right = (draw(inner),)
    return tree.Comparison(span=NOWHERE, comparator=comparator, left=draw(inner), right=right)


def mixed_junctions(
    inner: st.SearchStrategy[tree.Expression],
) -> st.SearchStrategy[tree.MixedJunction]:
    second = st.sampled_from(("and", "or")).map(lambda text: tree.Name(span=NOWHERE, text=text))
    operands = st.lists(inner, min_size=3, max_size=4).map(tuple)
    return st.builds(tree.MixedJunction, span=st.just(NOWHERE), operands=operands, second=second)


@st.composite
def listings(draw: st.DrawFn, inner: st.SearchStrategy[tree.Expression]) -> tree.Listing:
    conditions = draw(st.lists(inner, min_size=1, max_size=4))
    items = tuple(
        tree.ListingItem(span=NOWHERE, label=label, condition=condition)
        for label, condition in zip(string.ascii_lowercase, conditions, strict=False)
    )
    kind = draw(st.sampled_from(tree.ListingKind))
    return tree.Listing(span=NOWHERE, kind=kind, items=items)


@st.composite
def quantifieds(draw: st.DrawFn, inner: st.SearchStrategy[tree.Expression]) -> tree.Quantified:
    kind = draw(st.sampled_from(tree.QuantifierKind))
    return tree.Quantified(
        span=NOWHERE,
        kind=kind,
        variable=draw(names()),
        collection=draw(dotted_paths()),
        if_any=kind is tree.QuantifierKind.EVERY and draw(st.booleans()),
        condition=draw(inner),
    )
