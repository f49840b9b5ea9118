"""The coverage matrix: from a provision to the rules that rest on it, and to the tests of each."""

from collections import Counter
from collections.abc import Iterable

from .values import CoverageRow, InstrumentCoverage, InstrumentEntry, Outcome, RuleEntry


def coverage(
    instruments: Iterable[InstrumentEntry], entries: Iterable[RuleEntry]
) -> tuple[InstrumentCoverage, ...]:
    """Return, for each instrument, a row for each rule under each of its provisions."""
    tests = {entry.id: Counter(each.outcome for each in entry.examples) for entry in entries}
    return tuple(
        InstrumentCoverage(
            name=instrument.name,
            title=instrument.title,
            rows=tuple(
                CoverageRow(
                    provision=provision.provision,
                    rule=rule,
                    denied=tests[rule.id][Outcome.DENIED],
                    warned=tests[rule.id][Outcome.WARNED],
                    open=tests[rule.id][Outcome.OPEN],
                    allowed=tests[rule.id][Outcome.ALLOWED],
                )
                for provision in instrument.provisions
                for rule in provision.rules
            ),
        )
        for instrument in instruments
    )
