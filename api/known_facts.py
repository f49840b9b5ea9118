"""Standing facts as they are sent in and shown: by the service, and by the command line.

A document has the statement (`subject`, `facts`, `from`, `until`, `evidence`) and, once it is
recorded, where. What is sent to be recorded is the statement alone, with a reason if need be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine import CampaignFault, Engine
from engine.audit.entries.acts import FactTransition
from engine.evaluation.standing_facts.beneath import disagreements
from engine.evaluation.standing_facts.book import SOURCE, STATEMENT, statement_bytes
from engine.evaluation.standing_facts.fact import StandingFact, read_standing_fact
from engine.source.json_text import JSONValue
from engine.storage.governance.fact_versions import FactVersion
from engine.storage.governance.standing_facts import Statement

LARGEST_STATEMENT = 65_536
"""The most bytes that one standing fact states."""

SHOWN = (*SOURCE, "state", "reason")
"""The members that the service adds to a statement."""

RECORDED, WITHDRAWN = "recorded", "withdrawn"


class FactFaults(Exception):  # noqa: N818 - the house names what happened.
    """What was sent is no standing fact, or contradicts one; `faults` are all that was found."""

    def __init__(self, faults: Sequence[CampaignFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A standing fact that was sent: as it is read, and as it is to be recorded."""

    fact: StandingFact
    statement: Statement


def read_stated(value: JSONValue, engine: Engine) -> Stated:
    """Return the standing fact that a JSON value states. Raises `FactFaults` with every fault."""
    bundle = engine.bundle
    fact, faults = read_standing_fact(value, bundle.decoder, bundle.policies.vocabulary)
    if fact is None or not isinstance(value, dict):
        raise FactFaults(faults)
    subject = {"kind": fact.subject.kind.value, "name": fact.subject.name}
    content = statement_bytes({**value, "subject": subject})
    if len(content) > LARGEST_STATEMENT:
        message = f"a standing fact has at most {LARGEST_STATEMENT:,} bytes"
        help_ = "state what belongs together, and the rest in another"
        raise FactFaults([CampaignFault(pointer="", message=message, help=help_)])
    statement = Statement(kind=fact.subject.kind.value, name=fact.subject.name, content=content)
    return Stated(fact=fact, statement=statement)


def check_agreement(fact: StandingFact, others: Iterable[FactVersion], engine: Engine) -> None:
    """Raise `FactFaults` where others about its subject state something else for the same days.

    One that no longer fits the vocabulary states nothing.
    """
    book = engine.standing_facts(each.document() for each in others)
    known = (each for each in book.stated(fact.subject) if isinstance(each, StandingFact))
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


def given_facts(value: JSONValue, engine: Engine) -> list[Mapping[str, object]]:
    """Return the documents of standing facts that a file has: a list, or what the service listed.

    Raises `FactFaults` with the faults of all of them.
    """
    found = value["items"] if isinstance(value, dict) and "items" in value else value
    if not isinstance(found, list):
        message, advice = "this should be a list of standing facts", "write `[{…}, {…}]`"
        raise FactFaults([CampaignFault(pointer="", message=message, help=advice)])
    documents, faults = list[Mapping[str, object]](), list[CampaignFault]()
    for index, each in enumerate(found):
        try:
            documents.append(_given(each, engine))
        except FactFaults as wrong:
            before = f"/{index}" if found is value else f"/items/{index}"
            faults += [
                CampaignFault(pointer=before + one.pointer, message=one.message, help=one.help)
                for one in wrong.faults
            ]
    if faults:
        raise FactFaults(faults)
    return documents


def _given(value: JSONValue, engine: Engine) -> Mapping[str, object]:
    members = value if isinstance(value, dict) else {}
    stated = {name: inner for name, inner in members.items() if name not in SHOWN}
    read_stated(stated if isinstance(value, dict) else value, engine)
    source = {name: members[name] for name in SOURCE if members.get(name) is not None}
    document = {name: members[name] for name in STATEMENT} | source
    try:
        engine.standing_facts([document])
    except ValueError as error:
        raise FactFaults([CampaignFault(pointer="", message=str(error))]) from error
    return document
