"""What tests came to, as people read it: failures, coverage, unnoticed changes, boundary tests."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from api.cli.terminal import toned
from api.examination.policy_files import PolicyFiles
from engine.source.layout import Tone, cut, printable
from engine.source.text import Location
from engine.testing.coverage import Coverage, PartCoverage, RuleCoverage, share
from engine.testing.mutants import Mutant
from engine.testing.parts import Words
from engine.testing.runner import CaseResult
from engine.testing.set_mutants import PartlyTried
from engine.testing.trace import RuleTrace, TraceLine, traces
from engine.testing.written import BoundaryTest, LimitTests

MOST_NAMES = 10

_MARKS = {True: ("✓", Tone.ALLOW), False: ("✗", Tone.DENY), None: ("?", Tone.OPEN)}
_CONFIRM = (
    "# To be confirmed: this is what the rules decide today; a person says whether it is right."
)


def place(policies: PolicyFiles, location: Location) -> str:
    """Return a place as the person who called can open it."""
    return f"{policies.shown(location.source)}:{location.line}"


# --- failures ---------------------------------------------------------------------------------


def failure(policies: PolicyFiles, result: CaseResult, words: Words) -> Iterator[Text]:
    """Yield a failed test: what was expected, what came, and the clauses that decided."""
    case = result.case
    yield toned("FAILED", Tone.DENY) + toned(f"  {printable(case.title)}", Tone.TITLE)
    yield toned(f"  {place(policies, case.location)}", Tone.POINTER)
    for each in result.failures:
        yield toned(f"  {printable(each)}")
    yield Text()
    for trace in traces(result, words):
        yield from _trace(policies, trace)
        yield Text()


def _trace(policies: PolicyFiles, trace: RuleTrace) -> Iterator[Text]:
    why = f": {trace.reason}" if trace.reason else ""
    yield toned(f"  rule {trace.rule.id} is {trace.status.value}{printable(why)}", Tone.TITLE)
    for clause in trace.clauses:
        yield toned(f"    {clause.text}")
        yield toned(f"    at {place(policies, clause.location)}", Tone.POINTER)
        for line in clause.lines:
            yield _trace_line(line)


def _trace_line(line: TraceLine) -> Text:
    indent = "  " * (line.depth + 2)
    if line.is_value:
        return toned(f"{indent}  {printable(line.text)}", Tone.VALUE)
    mark, tone = _MARKS[line.truth]
    return toned(f"{indent}{mark} ", tone) + toned(line.text)


def summary(
    never_violated: Sequence[str],
    never_upheld: Sequence[str],
    *,
    passed: int,
    failed: int,
    is_shipped: bool,
) -> Iterator[Text]:
    """Yield how many tests passed, and which rules none of them sees in their main statuses."""
    for what, rules in (("violates", never_violated), ("satisfies", never_upheld)):
        if rules:
            yield toned(f"no test {what} {cut(rules, MOST_NAMES)}", Tone.OPEN)
    origin = " of the tests that come with Assent; name a directory for yours"
    line = f"{passed} passed, {failed} failed{origin if is_shipped else ''}"
    yield toned(line, Tone.DENY if failed else Tone.ALLOW)


# --- coverage ---------------------------------------------------------------------------------


def coverage(policies: PolicyFiles, measured: Coverage) -> Iterator[Text]:
    """Yield what no test sees, rule by rule, and the share of parts decided both ways."""
    for rule in measured.rules:
        yield from _below(rule.rule.id, [*_unseen(policies, rule), *_gaps(policies, rule.parts)])
    for each in measured.definitions:
        yield from _below(each.definition.name, list(_gaps(policies, each.parts)))
    both, whole = measured.both_ways, measured.parts
    tone = Tone.ALLOW if both == whole else Tone.OPEN
    share_of = f"{both:,} of {whole:,} parts of rules"
    yield toned(f"{share_of} are decided both ways ({measured.percentage}%)", tone)


def _below(name: str, lines: Sequence[Text]) -> Iterator[Text]:
    if lines:
        yield toned(name, Tone.TITLE)
        yield from lines


def _unseen(policies: PolicyFiles, rule: RuleCoverage) -> Iterator[Text]:
    if unseen := ", ".join(rule.unseen_in_words):
        where = place(policies, rule.rule.main.location)
        yield toned(f"  {where}", Tone.POINTER) + toned(f"  no test sees it {unseen}")


def _gaps(policies: PolicyFiles, parts: Sequence[PartCoverage]) -> Iterator[Text]:
    for each in parts:
        if not each.both_ways:
            never = "false" if each.is_true else "true"
            how = f"never {never}" if each.is_true or each.is_false else "never decided"
            where = place(policies, each.part.location)
            yield toned(f"  {where}", Tone.POINTER) + toned(f"  {how}: {each.part.text}")


# --- mutants ----------------------------------------------------------------------------------


def unnoticed(policies: PolicyFiles, mutant: Mutant, *, is_new: bool) -> Iterator[Text]:
    """Yield a change that no test notices, below the name of its owner if that is new."""
    if is_new:
        yield toned(mutant.name, Tone.TITLE)
    where = toned(f"  {place(policies, mutant.location)}", Tone.POINTER)
    yield where + toned(f"  no test notices if {mutant.change}")


def noticed(count: int, whole: int, partly: Sequence[PartlyTried]) -> Iterator[Text]:
    """Yield how many of the changes are noticed, and what was not tried."""
    for each in partly:
        tried = f"{each.tried:,} of its {each.members:,} members, evenly spread"
        yield toned(f"of the set {each.name}, {tried}, were left out in turn", Tone.OPEN)
    tone = Tone.ALLOW if count == whole else Tone.OPEN
    yield toned(f"{count:,} of {whole:,} changes are noticed ({share(count, whole)}%)", tone)


# --- boundaries -------------------------------------------------------------------------------


def boundaries(policies: PolicyFiles, offered: Sequence[LimitTests]) -> Iterator[Text]:
    """Yield tests as policy text, by the file that each belongs to."""
    made = [(each, test) for each in offered for test in each.tests]
    ordered = sorted(made, key=lambda pair: pair[1].file)
    for file, pairs in groupby(ordered, key=lambda pair: pair[1].file):
        yield toned(f"# --- append to {policies.shown(file)}", Tone.POINTER)
        yield toned(_CONFIRM, Tone.OPEN)
        for limit, test in pairs:
            yield from _boundary_test(limit, test)
        yield Text()
    for each in offered:
        if not each.tests:
            where = place(policies, each.location)
            yield toned(f"# no test reaches the limit at {where}: {each.text}", Tone.OPEN)
    yield toned(f"# {len(made)} tests are wanting at the limits", Tone.QUIET)


def _boundary_test(limit: LimitTests, test: BoundaryTest) -> Iterator[Text]:
    yield Text()
    if not limit.decides:
        yield toned("# In this campaign the limit makes no difference; find one in which it does.")
    for line in test.text.splitlines():
        yield toned(line)
