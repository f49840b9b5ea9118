"""Standing facts as they are sent in: read, and every fault of them told; nothing is recorded here.

What is sent to be recorded is the statement alone (`subject`, `facts`, `from`, `until`,
`evidence`). A file that is decided by may have what the service has listed, with what it adds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import CampaignFault, Engine
from engine.evaluation.standing_facts.book import SOURCE, statement_bytes
from engine.evaluation.standing_facts.fact import STATEMENT, StandingFact, read_standing_fact
from engine.source.json_text import JSONValue

LARGEST_STATEMENT = 65_536
"""The most bytes that one standing fact states."""

SHOWN = (*SOURCE, "state", "reason")
"""The members that the service adds to a statement."""


class FactFaults(Exception):  # noqa: N818 - the house names what happened.
    """What was sent is no standing fact, or contradicts one; `faults` are all that was found."""

    def __init__(self, faults: Sequence[CampaignFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A standing fact that was sent: as it is read, and the JSON text of all that it states."""

    fact: StandingFact
    content: bytes


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
    return Stated(fact=fact, content=content)


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
