"""The pipeline for one submitted record: adapt, derive, decode, decide, render as a document.

Before decoding, facts derived from the descriptor are added: what its consent strings say
(`api.consent`), the manifests of its ads (`api.credentials`), and statistics of its delivery
(`api.delivery`). What is still unknown then is supplied by standing facts, if there are any. HTTP
and command line both use this pipeline, so that the same record gets the same answer. Nothing is
recorded; that is for the caller.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

import msgspec

from api.adapters import FORMATS, Adaptation, AdapterRefusal
from api.adapters.recognition import Likeness, likeness_of
from api.adapters.refusal import UnrecognisedRecord
from api.consent import facts as consent
from api.credentials import facts as credentials
from api.delivery import facts as delivery
from api.derived import Contradiction, Derived
from engine import CampaignError, Decision, Engine
from engine.evaluation.descriptor.decode import CampaignFault
from engine.evaluation.document import Document, Origin
from engine.evaluation.record_writer import with_rules, write
from engine.evaluation.result import Status
from engine.evaluation.standing_facts.book import FactBook
from engine.evaluation.values import Campaign
from engine.semantics.vocabulary import Vocabulary
from engine.source.json_text import JSONValue, read_json
from engine.source.quoting import excerpt

from .missing_fact_advice import advice_on

NATIVE = "assent"
"""The format of a descriptor written after the vocabulary itself."""

FORMAT_NAMES = (NATIVE, *sorted(FORMATS))

# What is derived from manifests has no entry: no vocabulary declares them.
_SOURCES = (*consent.SOURCES, *delivery.SOURCES)

_IS_KNOWN = "is known"

_REQUIRED = frozenset({"markets", "flight"})
"""What a descriptor has, and no platform's record."""

_MOST_AROUND = 16
"""What has more members than this is not put around a record."""

_TERMS = frozenset({"/as_of", "/as_if_launched", "/dry_run", "/policy_set"})
"""Where what is asked together with a campaign stands if it was written into it by mistake."""

_TERM_ADVICE = (
    "it says how to decide, and is no fact: over HTTP it stands beside `campaign`, and for a batch"
    " in the address; in `assent decide` it is an option"
)

TOGETHER = 32
"""So many records are decided together, and their decisions are in memory at a time.

What does the same again is in the caches of the processor, which are smaller than the code of a
decision: one by one, records take a third longer.
"""

_WRITER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a submitted record, where in it, and what to do."""

    pointer: str
    message: str
    help: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record on which nothing can be decided, with every fault of it."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True)  # Without slots, for the cached property.
class Decided:
    """A record that was decided on: the decision, and its document for the answer and the log.

    `record` is what was submitted: a JSON value, or as `bytes` the text of one where nobody had to
    look into it. `origin` leads from a pointer into the campaign to that into the submitted record,
    where the two differ. `beside` are the members that the adapter adds to the document, and
    `adapted` is the campaign that it told; None for a descriptor.
    """

    record: object
    decision: Decision
    engine: Engine
    id: str
    origin: Origin | None
    beside: Document
    adapted: dict[str, JSONValue] | None = None

    def advice(self, stating: str) -> tuple[str, ...]:
        """Return in lines how missing facts are stated that the record of a platform cannot state.

        `stating` is how standing facts are stated. None where no fact is missing, nor for a
        descriptor, which can state them all.
        """
        if self.adapted is None:
            return ()
        missing = [fact.pointer for fact in self.decision.missing if not fact.why]
        return advice_on([*missing, *self._unstated()], self.adapted, stating)

    def _unstated(self) -> Iterator[str]:
        """Yield the facts that a broken rule requires to be known, and nobody has stated."""
        for result in self.decision.with_status(Status.VIOLATED):
            for finding in result.findings if result.is_enforced else ():
                yield from (each.pointer for each in finding.evidence if each.required == _IS_KNOWN)

    @property
    def document(self) -> Document:
        """The whole document, to be written as JSON: `rules` lists every rule with its status."""
        return with_rules(self.decision, self.summary)

    @cached_property
    def summary(self) -> Document:
        """The document without `rules`: what is answered, unless all of it is asked for.

        It does not wait for the rules that came to nothing to be listed, of which there are many.
        """
        made = self.engine.summarise(self.decision, id=self.id, origin=self.origin)
        return made | self.beside

    def write(self) -> bytes:
        """Return the whole document as the log keeps it, in canonical JSON (RFC 8785)."""
        return write(self.decision, self.summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The parameters of a decision: the format of the record, as of when, and as if launched when.

    `standing` are the standing facts; the same engine merges them beneath the record.
    """

    format: str
    as_of: datetime
    as_if_launched: date | None = None
    standing: FactBook | None = None


def submit(engine: Engine, record: object, *, terms: Terms, id: str) -> Decided | Refused:  # noqa: A002 - the name of the member.
    """Return the decision on a record, or why there is none.

    `record` is a JSON value in the format that the terms name, which must be one of
    `FORMAT_NAMES`, or as `bytes` the text of one. Pointers in the answer lead into the record as it
    was submitted. Raises `JSONFault` for a text that is none.
    """
    campaign = read_plainly(engine, record, terms)
    return submit_read(engine, record, campaign, terms=terms, id=id)


def submit_read(
    engine: Engine,
    record: object,
    campaign: Campaign | None,
    *,
    terms: Terms,
    id: str,  # noqa: A002 - likewise.
) -> Decided | Refused:
    """Do as `submit` does, with what `read_plainly` has returned for the record."""
    plain = None if campaign is None else _decide_plainly(engine, record, campaign, terms, id)
    if plain is not None:
        return plain
    if isinstance(record, bytes):
        record = read_json(record)
    if terms.format == NATIVE:
        outcome = _decide(engine, record, terms, id, None)
        return outcome if isinstance(outcome, Decided) else _known_for(outcome, record, engine)
    told = adapted(record, terms.format)
    if isinstance(told, Refused):
        return told
    return _decide(engine, record, terms, id, told)


def adapted(record: object, form: str) -> Adaptation | Refused:
    """Return the campaign that a record of a platform describes, or why it describes none."""
    likeness = likeness_of(record)
    if likeness is not None and likeness.format != form:
        return Refused(faults=(_of_another_format(likeness, form, record),))
    try:
        return FORMATS[form](record)
    except AdapterRefusal as refusal:
        within = _enclosed(record, form)
        advice = refusal.help if within is None else f"send what stands in {within}, by itself"
        fault = Fault(pointer=refusal.pointer, message=refusal.reason, help=advice)
        return Refused(faults=(fault,))


def _enclosed(record: object, form: str) -> str | None:
    """Return the name of the one member that is a record of a platform, where the whole is none."""
    if not isinstance(record, dict) or len(record) > _MOST_AROUND or _is_read(record, form):
        return None
    found = [name for name, value in record.items() if _is_read(value, form)]
    return excerpt(found[0]) if len(found) == 1 else None


def _is_read(value: object, form: str) -> bool:
    """Whether it is plain which of a platform's objects a value is."""
    try:
        FORMATS[form](value)
    except UnrecognisedRecord:
        return False
    except AdapterRefusal:
        return isinstance(value, dict)
    return True


def _known_for(refused: Refused, record: object, engine: Engine) -> Refused:
    """Return why a descriptor is refused: for a platform's record, that it is one, and only that.

    What is wrong with it as a descriptor helps nobody then: its members are not to be left out. Nor
    are the terms of the request that stand in it, which are told where they belong.
    """
    facts = engine.bundle.policies.vocabulary.campaign.facts
    likeness = likeness_of(record)
    describes = isinstance(record, dict) and not _REQUIRED.isdisjoint(record)
    if describes or likeness is None or not likeness.marks.isdisjoint(facts):
        terms = _TERMS - {f"/{name}" for name in facts}
        return Refused(
            faults=tuple(
                replace(fault, help=_TERM_ADVICE) if fault.pointer in terms else fault
                for fault in refused.faults
            )
        )
    return Refused(faults=(_of_another_format(likeness, NATIVE, record),))


def _of_another_format(likeness: Likeness, form: str, record: object) -> Fault:
    """Return that a record looks like one of another format than it was submitted in."""
    found = likeness.format
    within = _enclosed(record, found)
    what = "it" if within is None else f"what stands in {within}, by itself,"
    submitted = "a descriptor" if form == NATIVE else form
    name = f"{likeness.name} (format {found})"
    return Fault(
        pointer="",
        message=f"this looks like {name}, and was submitted as {submitted}",
        help=f"submit {what} with `--format {found}`, over HTTP with `?format={found}` at"
        " `/v1/decisions`, in AuthZEN with `context.format`",
    )


def submit_plainly(engine: Engine, text: bytes, *, terms: Terms, id: str) -> Decided | None:  # noqa: A002 - likewise.
    """Return the decision on the text of a record, where `submit` need not look into the record.

    None where it is in the format of a platform, something is derived from it, or anything about it
    may be wrong; it is then for `submit`.
    """
    campaign = read_plainly(engine, text, terms)
    return None if campaign is None else _decide_plainly(engine, text, campaign, terms, id)


def read_plainly(engine: Engine, record: object, terms: Terms) -> Campaign | None:
    """Return the campaign in the text of a record, where nobody need look into the record.

    None where it is no text, or as `submit_plainly` says.
    """
    if not isinstance(record, bytes) or terms.format != NATIVE:
        return None
    campaign = engine.read_plainly(record)
    if campaign is None or any(campaign.states(*source) for source in _SOURCES):
        return None
    return campaign


def _decide_plainly(
    engine: Engine,
    record: object,
    campaign: Campaign,
    terms: Terms,
    id: str,  # noqa: A002 - likewise.
) -> Decided | None:
    try:
        decision = _decision(engine, campaign, terms)
    except CampaignError:
        return None
    return Decided(record=record, decision=decision, engine=engine, id=id, origin=None, beside={})


def _decision(engine: Engine, descriptor: object, terms: Terms) -> Decision:
    return engine.decide(
        descriptor,
        as_of=terms.as_of,
        as_if_launched=terms.as_if_launched,
        standing=terms.standing,
    )


def _decide(
    engine: Engine,
    record: object,
    terms: Terms,
    id: str,  # noqa: A002 - likewise.
    adaptation: Adaptation | None,
) -> Decided | Refused:
    descriptor = record if adaptation is None else adaptation.campaign
    derived = _derived(descriptor, engine.bundle.policies.vocabulary)
    if derived.contradictions:
        return Refused(faults=_contradicted(derived.contradictions, adaptation))
    origin = _origin(derived, adaptation)
    try:
        decision = _decision(engine, _plainest(engine, derived.campaign), terms)
    except CampaignError as error:
        return Refused(faults=_faults(_declared(error.faults, derived), origin))
    return Decided(
        record=record,
        decision=decision,
        engine=engine,
        id=id,
        origin=origin,
        beside={} if adaptation is None else {"unmapped": sorted(adaptation.unmapped)},
        adapted=None if adaptation is None else adaptation.campaign,
    )


def _plainest(engine: Engine, descriptor: object) -> object:
    """Return the campaign that a descriptor describes, read by its text, which is quicker.

    Itself where that cannot be: what is wrong with it, or beyond the limits of a text, is for those
    who read it as the value that it is.
    """
    try:
        campaign = engine.read_plainly(_WRITER.encode(descriptor))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return descriptor
    return descriptor if campaign is None else campaign


def _derived(descriptor: object, vocabulary: Vocabulary) -> Derived:
    heard = consent.hear(descriptor, vocabulary)
    attested = credentials.attest(heard.campaign, vocabulary)
    compared = delivery.compare_groups(attested.campaign, vocabulary)
    steps = (heard, attested, compared)
    return Derived(
        campaign=compared.campaign,
        origins={fact: origin for step in steps for fact, origin in step.origins.items()},
        contradictions=tuple(each for step in steps for each in step.contradictions),
    )


def _origin(derived: Derived, adaptation: Adaptation | None) -> Origin | None:
    """Return what leads from the campaign into the record, or None where they are the same."""
    if adaptation is None:
        return derived.origin_of if derived.origins else None
    adapted = adaptation.origin_of
    return lambda pointer: adapted(derived.origin_of(pointer) or pointer)


def _contradicted(
    contradictions: tuple[Contradiction, ...], adaptation: Adaptation | None
) -> tuple[Fault, ...]:
    origin = adaptation.origin_of if adaptation is not None else None
    return tuple(
        Fault(pointer=_submitted(each.pointer, origin), message=each.message, help=each.help)
        for each in contradictions
    )


def _declared(faults: tuple[CampaignFault, ...], derived: Derived) -> tuple[CampaignFault, ...]:
    """Return the faults of what was declared: what was derived of it only repeats them."""
    return tuple(each for each in faults if derived.origin_of(each.pointer) is None) or faults


def _faults(
    faults: tuple[CampaignFault, ...], origin: Callable[[str], str | None] | None
) -> tuple[Fault, ...]:
    return tuple(
        Fault(pointer=_submitted(fault.pointer, origin), message=fault.message, help=fault.help)
        for fault in faults
    )


def _submitted(pointer: str, origin: Callable[[str], str | None] | None) -> str:
    found = origin(pointer) if origin is not None else None
    return pointer if found is None else found
