"""Generators of syntax trees that the grammar can write: every kind of node but `Broken`.

Here are rules, policies, waivers, profiles, tests and files; what they are made of is in
`expression_trees` and `declaration_trees`.
"""

from hypothesis import strategies as st

from engine.syntax import tree
from engine.syntax.lexis import MonthEnd
from tests.strategies.declaration_trees import (
    citations,
    definitions,
    instrument_names,
    parameters,
    sets,
    tables,
    vocabularies,
)
from tests.strategies.expression_trees import (
    ANY_NAMES,
    NOWHERE,
    days,
    dotted_paths,
    ends,
    expressions,
    lengths,
    literals,
    names,
    paths,
    set_literals,
    titles,
)


def clauses() -> st.SearchStrategy[tree.Clause]:
    span = st.just(NOWHERE)
    condition = expressions()
    cited = st.lists(citations(), min_size=1, max_size=3).map(tuple)
    facts = st.lists(dotted_paths(), min_size=1, max_size=3).map(tuple)
    places = dotted_paths() | set_literals(paths())
    return st.one_of(
        st.builds(tree.SourceClause, span=span, citations=cited),
        st.builds(tree.ForceClause, span=span, start=days(), end=st.none() | ends()),
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


def waivers() -> st.SearchStrategy[tree.Waiver]:
    span = st.just(NOWHERE)
    clause = st.one_of(
        st.builds(tree.WaivedClause, span=span, rule=references()),
        st.builds(tree.ScopeClause, span=span, condition=expressions()),
        st.builds(tree.ForceClause, span=span, start=days(), end=st.none() | ends()),
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
