"""Generators of syntax trees that the grammar can write: every kind of node but `Broken`.

The spans of the nodes mean nothing; they take no part in equality.
"""

import string
from decimal import Decimal

from hypothesis import strategies as st

from engine.source.text import Span
from engine.syntax import tree
from engine.syntax.lexis import (
    DATE_COMPARATORS,
    DISTANCE_UNITS,
    ORDER_COMPARATORS,
    RESERVED_WORDS,
    SET_COMPARATORS,
    TIME_UNITS,
    UNARY_COMPARATORS,
    Comparator,
    MonthEnd,
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


# --- clauses, rules, policies -----------------------------------------------------------------

PROVISIONS = st.lists(
    st.sampled_from(("art 26(3)", "rec 71", "annex 3", "part 312.5", "no 4", "sec 3604(c)(1)")),
    min_size=1,
    max_size=2,
).map(" ".join)


def citations() -> st.SearchStrategy[tree.Citation]:
    instrument = instrument_names()
    return st.builds(
        tree.Citation, span=st.just(NOWHERE), instrument=instrument, provision=PROVISIONS
    )


def instrument_names() -> st.SearchStrategy[tree.Name]:
    texts = st.from_regex(r"[A-Z][A-Za-z0-9]{0,5}", fullmatch=True)
    return texts.map(lambda text: tree.Name(span=NOWHERE, text=text))


def clauses() -> st.SearchStrategy[tree.Clause]:
    span = st.just(NOWHERE)
    condition = expressions()
    cited = st.lists(citations(), min_size=1, max_size=3).map(tuple)
    facts = st.lists(dotted_paths(), min_size=1, max_size=3).map(tuple)
    places = dotted_paths() | set_literals(paths())
    return st.one_of(
        st.builds(tree.SourceClause, span=span, citations=cited),
        st.builds(tree.ForceClause, span=span, start=days(), until=st.none() | days()),
        st.builds(tree.PlaceClause, span=span, places=places),
        st.builds(tree.ApplicabilityClause, span=span, condition=condition),
        st.builds(tree.ProhibitClause, span=span, condition=condition),
        st.builds(tree.RequireClause, span=span, condition=condition, when=st.none() | condition),
        st.builds(tree.ObligeClause, span=span, duty=titles(), condition=condition, due=dues()),
        st.builds(tree.PermitClause, span=span, condition=condition),
        st.builds(tree.DespiteClause, span=span, rules=some_references()),
        st.builds(tree.SubjectClause, span=span, permits=some_references()),
        st.builds(tree.TextClause, span=span, text=titles()),
        st.builds(tree.ExceptionClause, span=span, name=titles(), condition=condition),
        st.builds(tree.UnknownClause, span=span, treatment=st.sampled_from(tree.UnknownTreatment)),
        st.builds(tree.SeverityClause, span=span, gravity=st.sampled_from(tree.Gravity)),
        enforcements(),
        st.builds(tree.MonthEndClause, span=span, month_end=st.sampled_from(MonthEnd)),
        st.builds(tree.MessageClause, span=span, text=titles()),
        st.builds(tree.RemedyClause, span=span, text=titles()),
        st.builds(tree.EvidenceClause, span=span, paths=facts),
    )


def references() -> st.SearchStrategy[tree.RuleReference]:
    return st.builds(tree.RuleReference, span=st.just(NOWHERE), policy=ANY_NAMES, rule=ANY_NAMES)


def some_references() -> st.SearchStrategy[tuple[tree.RuleReference, ...]]:
    return st.lists(references(), min_size=1, max_size=2).map(tuple)


@st.composite
def enforcements(draw: st.DrawFn) -> tree.EnforcementClause:
    enforcement = draw(st.sampled_from(tree.Enforcement))
    role = draw(titles()) if enforcement is tree.Enforcement.OVERRIDABLE else None
    return tree.EnforcementClause(span=NOWHERE, enforcement=enforcement, role=role)


@st.composite
def dues(draw: st.DrawFn) -> tree.Due:
    term = draw(st.sampled_from(tree.Term))
    within = None if term is tree.Term.BEFORE_LAUNCH else draw(lengths())
    return tree.Due(span=NOWHERE, term=term, within=within)


def rules() -> st.SearchStrategy[tree.Rule]:
    return st.builds(
        tree.Rule,
        span=st.just(NOWHERE),
        name=names(),
        title=st.none() | titles(),
        clauses=st.lists(clauses(), max_size=3).map(tuple),
    )


def policies() -> st.SearchStrategy[tree.Policy]:
    return st.builds(
        tree.Policy,
        span=st.just(NOWHERE),
        name=names(),
        title=st.none() | titles(),
        clauses=st.lists(clauses(), max_size=2).map(tuple),
        rules=st.lists(rules(), max_size=2).map(tuple),
    )


# --- vocabularies, sets, tests, files ---------------------------------------------------------


def members() -> st.SearchStrategy[tuple[tree.Name, ...]]:
    member = MEMBERS.map(lambda text: tree.Name(span=NOWHERE, text=text))
    return st.lists(member, min_size=1, max_size=12).map(tuple)


def facts() -> st.SearchStrategy[tree.FactDeclaration]:
    span = st.just(NOWHERE)
    name = ANY_NAMES.map(lambda text: tree.Name(span=NOWHERE, text=text))
    kind = st.builds(tree.TypeName, span=span, name=names(), is_list=st.booleans()) | st.builds(
        tree.InlineEnumeration, span=span, members=members(), is_list=st.booleans()
    )
    return st.builds(
        tree.FactDeclaration,
        span=span,
        name=name,
        type=kind,
        required=st.booleans(),
        presumed=st.none() | presumable(),
        sensitive=st.booleans(),
        label=st.none() | titles(),
    )


def presumable() -> st.SearchStrategy[tree.Expression]:
    span = st.just(NOWHERE)
    return (
        st.builds(tree.TextLiteral, span=span, value=TEXTS)
        | st.builds(tree.YesNoLiteral, span=span, value=st.booleans())
        | st.builds(
            tree.Path,
            span=span,
            steps=MEMBERS.map(lambda name: (tree.Step(span=NOWHERE, name=name),)),
        )
    )


def vocabularies() -> st.SearchStrategy[tree.Vocabulary]:
    span = st.just(NOWHERE)
    some_facts = st.lists(facts(), max_size=3).map(tuple)
    record = st.builds(
        tree.RecordDeclaration,
        span=span,
        name=names(),
        label=st.none() | titles(),
        facts=some_facts,
    )
    enumeration = st.builds(tree.EnumerationDeclaration, span=span, name=names(), members=members())
    parts = st.lists(facts() | record | enumeration, max_size=4).map(tuple)
    return st.builds(
        tree.Vocabulary, span=span, name=names(), label=st.none() | titles(), parts=parts
    )


@st.composite
def editions(draw: st.DrawFn) -> tree.SetEdition:
    start = draw(st.none() | days())
    until = draw(st.none() | days()) if start is not None else None
    column = st.builds(tree.CsvColumn, span=st.just(NOWHERE), name=titles(), file=titles())
    members = draw(set_literals(literals()) | column)
    return tree.SetEdition(span=NOWHERE, start=start, until=until, members=members)


def sets() -> st.SearchStrategy[tree.SetDeclaration]:
    return st.builds(
        tree.SetDeclaration,
        span=st.just(NOWHERE),
        name=names(),
        type=names(),
        label=st.none() | titles(),
        editions=st.lists(editions(), max_size=3).map(tuple),
    )


@st.composite
def parameter_editions(draw: st.DrawFn) -> tree.ParameterEdition:
    start = draw(st.none() | days())
    until = draw(st.none() | days()) if start is not None else None
    cited = st.lists(citations(), min_size=1, max_size=2).map(tuple)
    source = st.builds(tree.SourceClause, span=st.just(NOWHERE), citations=cited)
    return tree.ParameterEdition(
        span=NOWHERE,
        start=start,
        until=until,
        value=draw(literals()),
        source=draw(st.none() | source),
    )


@st.composite
def parameters(draw: st.DrawFn) -> tree.Parameter:
    """Return parameters; a source that follows a value without one would be that of the value."""
    span = st.just(NOWHERE)
    cited = st.lists(citations(), min_size=1, max_size=2).map(tuple)
    source = st.builds(tree.SourceClause, span=span, citations=cited)
    review = st.builds(tree.ReviewClause, span=span, day=days())
    heads = draw(st.lists(source | review, max_size=2))
    rest = draw(st.lists(parameter_editions() | review, max_size=3))
    return tree.Parameter(
        span=NOWHERE,
        name=draw(names()),
        type=draw(names()),
        label=draw(st.none() | titles()),
        clauses=(*heads, *rest),
    )


def case_cells() -> st.SearchStrategy[tree.CaseCell]:
    """Return cells; a bare `any` is no member, and a period is a range of days."""
    span = st.just(NOWHERE)
    value = literals().filter(_stands_in_a_cell)
    phrases = [each for each in (*ORDER_COMPARATORS, *DATE_COMPARATORS) if each is not _EXCEEDS]
    return st.one_of(
        st.builds(tree.AnyCell, span=span),
        st.builds(tree.BoundCell, span=span, comparator=st.sampled_from(phrases), limit=literals()),
        st.builds(tree.RangeCell, span=span, low=value, high=value),
        value,
        set_literals(literals()),
    )


_EXCEEDS = Comparator.EXCEEDS


def _stands_in_a_cell(node: tree.Expression) -> bool:
    is_any = isinstance(node, tree.Path) and node.steps == (tree.Step(span=NOWHERE, name="any"),)
    return not is_any and not isinstance(node, tree.PeriodLiteral)


def tables() -> st.SearchStrategy[tree.Table]:
    span = st.just(NOWHERE)
    given_one = st.builds(tree.TableInput, span=span, name=names(), type=names())
    cited = st.lists(citations(), min_size=1, max_size=2).map(tuple)
    clause = st.one_of(
        st.builds(tree.SourceClause, span=span, citations=cited),
        st.builds(
            tree.InputsClause,
            span=span,
            inputs=st.lists(given_one, min_size=1, max_size=3).map(tuple),
        ),
        st.builds(tree.ResultClause, span=span, type=names()),
        st.builds(tree.EditionClause, span=span, start=days(), until=st.none() | days()),
        st.builds(
            tree.CaseRow,
            span=span,
            cells=st.lists(case_cells(), min_size=1, max_size=3).map(tuple),
            value=literals(),
        ),
        st.builds(tree.OtherwiseRow, span=span, value=literals()),
    )
    return st.builds(
        tree.Table,
        span=span,
        name=names(),
        label=st.none() | titles(),
        clauses=st.lists(clause, max_size=5).map(tuple),
    )


def definitions() -> st.SearchStrategy[tree.Definition]:
    span = st.just(NOWHERE)
    cited = st.lists(citations(), min_size=1, max_size=3).map(tuple)
    clause = st.one_of(
        st.builds(tree.SourceClause, span=span, citations=cited),
        st.builds(tree.MeansClause, span=span, condition=expressions()),
    )
    return st.builds(
        tree.Definition,
        span=span,
        name=names(),
        label=st.none() | titles(),
        clauses=st.lists(clause, max_size=3).map(tuple),
    )


def waivers() -> st.SearchStrategy[tree.Waiver]:
    span = st.just(NOWHERE)
    clause = st.one_of(
        st.builds(tree.WaivedClause, span=span, rule=references()),
        st.builds(tree.ScopeClause, span=span, condition=expressions()),
        st.builds(tree.ForceClause, span=span, start=days(), until=st.none() | days()),
        st.builds(tree.ApprovalClause, span=span, approver=titles(), role=titles(), day=days()),
        st.builds(tree.TicketClause, span=span, text=titles()),
        st.builds(tree.ReasonClause, span=span, text=titles()),
    )
    return st.builds(
        tree.Waiver, span=span, name=names(), clauses=st.lists(clause, max_size=6).map(tuple)
    )


def profiles() -> st.SearchStrategy[tree.Profile]:
    span = st.just(NOWHERE)
    module = st.lists(names(), min_size=1, max_size=3).map(
        lambda parts: tree.Name(span=NOWHERE, text=".".join(each.text for each in parts))
    )
    modules = st.lists(module, min_size=1, max_size=2).map(tuple)
    clause = st.one_of(
        st.builds(tree.AdoptsClause, span=span, modules=modules),
        st.builds(
            tree.TightenedRule,
            span=span,
            rule=references(),
            stringency=st.sampled_from(tree.Stringency),
        ),
        st.builds(tree.TightenedParameter, span=span, name=names(), value=literals(), start=days()),
        st.builds(
            tree.SourceClause,
            span=span,
            citations=st.lists(citations(), min_size=1, max_size=2).map(tuple),
        ),
    )
    return st.builds(
        tree.Profile,
        span=span,
        name=names(),
        label=st.none() | titles(),
        clauses=st.lists(clause, max_size=4).map(tuple),
    )


@st.composite
def expectations(draw: st.DrawFn) -> tree.Expectation:
    expected = draw(st.sampled_from(tree.Expected))
    want = expected is tree.Expected.DENY_FOR_WANT_OF
    waived = expected is tree.Expected.WAIVED_BY
    by = not (want or waived) and expected is not tree.Expected.ALLOW
    want = want or (expected is tree.Expected.DENY_BY and draw(st.booleans()))
    return tree.Expectation(
        span=NOWHERE,
        expected=expected,
        rules=draw(some_references()) if by else (),
        waivers=tuple(draw(st.lists(names(), min_size=1, max_size=2))) if waived else (),
        paths=tuple(draw(st.lists(dotted_paths(), min_size=1, max_size=2))) if want else (),
    )


def cases() -> st.SearchStrategy[tree.Test]:
    span = st.just(NOWHERE)
    step = st.one_of(
        st.builds(tree.OnStep, span=span, day=days()),
        st.builds(tree.GivenFile, span=span, file=titles()),
        st.builds(tree.GivenFact, span=span, path=dotted_paths(), value=tellings()),
        st.builds(tree.WithoutFact, span=span, path=dotted_paths()),
        st.builds(tree.Columns, span=span, paths=st.lists(dotted_paths(), max_size=3).map(tuple)),
        st.builds(
            tree.Row,
            span=span,
            cells=st.lists(st.builds(tree.Cell, span=span, value=tellings()), max_size=3).map(
                tuple
            ),
            expectation=expectations(),
        ),
        expectations(),
    )
    return st.builds(
        tree.Test, span=span, title=titles(), steps=st.lists(step, max_size=5).map(tuple)
    )


def tellings() -> st.SearchStrategy[tree.Expression | tree.Told]:
    return st.sampled_from(tree.Told) | literals()


def files() -> st.SearchStrategy[tree.File]:
    span = st.just(NOWHERE)
    module = st.lists(ANY_NAMES, min_size=1, max_size=3).map(
        lambda names: tree.Module(span=NOWHERE, name=".".join(names))
    )
    instrument = st.builds(
        tree.Instrument, span=span, name=instrument_names(), title=titles(), url=titles()
    )
    item = st.one_of(
        module,
        instrument,
        vocabularies(),
        sets(),
        parameters(),
        definitions(),
        tables(),
        policies(),
        waivers(),
        profiles(),
        cases(),
    )
    return st.builds(tree.File, span=span, items=st.lists(item, max_size=3).map(tuple))
