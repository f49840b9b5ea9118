"""Generators of what policies declare, and of what that cites."""

from hypothesis import strategies as st

from engine.syntax import tree
from engine.syntax.lexis import (
    DATE_COMPARATORS,
    ORDER_COMPARATORS,
    Comparator,
)
from tests.strategies.expression_trees import (
    ANY_NAMES,
    MEMBERS,
    NOWHERE,
    TEXTS,
    days,
    ends,
    expressions,
    literals,
    names,
    set_literals,
    titles,
)

PROVISIONS = st.lists(
    st.sampled_from(
        ("art 26(3)", "rec 71", "annex 3", "part 312.5", "no 4", "sec 56:8-166.12(a)(7)")
    ),
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
    end = draw(st.none() | ends()) if start is not None else None
    column = st.builds(tree.CsvColumn, span=st.just(NOWHERE), name=titles(), file=titles())
    members = draw(set_literals(literals()) | column)
    return tree.SetEdition(span=NOWHERE, start=start, end=end, members=members)


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
    end = draw(st.none() | ends()) if start is not None else None
    cited = st.lists(citations(), min_size=1, max_size=2).map(tuple)
    source = st.builds(tree.SourceClause, span=st.just(NOWHERE), citations=cited)
    return tree.ParameterEdition(
        span=NOWHERE,
        start=start,
        end=end,
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
        st.builds(tree.EditionClause, span=span, start=days(), end=st.none() | ends()),
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
