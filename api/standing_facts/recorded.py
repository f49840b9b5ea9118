"""Standing facts as the service records and shows them: the statement, and where it is recorded."""

from collections.abc import Iterable, Sequence

from engine import Engine
from engine.audit.entries.acts import FactTransition
from engine.evaluation.standing_facts.application import disagreements
from engine.evaluation.standing_facts.fact import StandingFact
from engine.storage.governance.standing_fact_rows import FactVersion
from engine.storage.governance.standing_facts import Statement

from .stated import FactFaults, Stated

RECORDED, WITHDRAWN = "recorded", "withdrawn"


def statement_of(stated: Stated) -> Statement:
    """Return what is to be recorded of a standing fact that was sent."""
    subject = stated.fact.subject
    return Statement(kind=subject.kind.value, name=subject.name, content=stated.content)


def check_agreement(fact: StandingFact, others: Iterable[FactVersion], engine: Engine) -> None:
    """Raise `FactFaults` where others about its subject state something else for the same days.

    One that no longer fits the vocabulary states nothing.
    """
    book = engine.standing_facts(each.document() for each in others)
    known = (each for each in book.facts(fact.subject) if isinstance(each, StandingFact))
    faults = disagreements(fact, known)
    if faults:
        raise FactFaults(faults)


def fact_document(versions: Sequence[FactVersion]) -> dict[str, object]:
    """Return a fact as it is shown, by its versions, the newest first.

    Of a withdrawn one, what it stated last is shown.
    """
    newest = versions[0]
    stated = next((each.statement for each in versions if each.statement is not None), {})
    return {**stated, **version_document(newest)}


def version_document(version: FactVersion) -> dict[str, object]:
    """Return a version as a history shows it; one that withdraws the fact states nothing."""
    withdraws = version.transition is FactTransition.WITHDRAW
    return {
        **version.document(),
        "state": WITHDRAWN if withdraws else RECORDED,
        "reason": version.reason,
    }
