"""Replay: makes logged decisions again, and compares them with the record.

A decision is a pure function of its input, the policies and the engine. The input is in the log, it
includes the clock, and the policies are stored under the digest that the leaf names; so either the
same bytes result, or something has changed. Only the engine's version cannot be restored: it is
compared separately, so that a decision of an older version is still replayed, and the answer names
both versions.

The replayed decision is serialised as the log does it. Only if the bytes differ are both parsed and
compared, ignoring the version of the engine.

The stored contents must open the commitments of the leaf, or the decision is not replayed. Whether
the leaf itself is unaltered is for `assent verify`.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from threading import Lock
from typing import Protocol, TypeAlias

from msgspec import UNSET, UnsetType

from engine import Engine, EngineError
from engine.audit.canonical import canonical
from engine.audit.entries.commitment import opens
from engine.audit.entries.record import Envelope, LogEntry, Payload, read_envelope
from engine.bundle.grants import RecordedGrants
from engine.source.json_text import JSONValue, read_json
from engine.source.quoting import escaped, excerpt
from engine.storage.errors import NotFound
from engine.storage.lifecycle.erasures import Tombstone
from engine.version import __version__

from .drafts import RECORDED_LIMITS
from .stored_policies import Versions, stored_bundle
from .submission import FORMAT_NAMES, Refused, Terms, submit

MOST_DIFFERENCES = 20
"""The most differences that are listed for one decision."""

ENGINES_KEPT = 8
"""The most engines that are kept ready, one for each policy version and set."""

_LATER_MEMBERS = frozenset({"advertiser", "platforms"})
"""What records of earlier versions lack: there is nothing to compare it with."""

_LATER_COUNTS = frozenset({"more_facts", "more_wanted", "more_missing"})
"""Likewise, wherever they left a list short."""


class Tombstones(Protocol):
    """Looks up erasures: `engine.storage.lifecycle.erasures.Erasures`."""

    def tombstone(self, decision_id: str) -> Tombstone | None:
        """Return what is left of an erased decision, None for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place in the record, by JSON pointer, that came out otherwise; `UNSET` is nothing there."""

    pointer: str
    recorded: JSONValue | UnsetType
    replayed: JSONValue | UnsetType


@dataclass(frozen=True, slots=True, kw_only=True)
class Identical:
    """The same came out again, to the byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """Something else came out: the first differences, and how many there are beyond them."""

    differences: tuple[Difference, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReplayable:
    """What it takes is not there, or is not what was logged."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """It cannot be decided again, and the log says why: it was erased."""

    tombstone: Tombstone


Outcome: TypeAlias = Identical | Differs | Erased | NotReplayable


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of deciding again; the versions of the engine that decided then, and now."""

    decision_id: str
    outcome: Outcome
    recorded_engine: str
    engine: str = __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """The logged request of a decision: what was submitted, on what terms, and the result.

    `grants` are the waivers granted apart from the policies that had their part in it, `standing`
    the documents of the standing facts that were known.
    """

    campaign: JSONValue
    terms: Terms
    grants: tuple[str, ...]
    standing: tuple[dict[str, JSONValue], ...]
    result: bytes

    def by(self, engine: Engine) -> Engine:
        """Return an engine with the waivers in it by which this was decided."""
        return engine.with_grants(RecordedGrants(self.grants)) if self.grants else engine

    def terms_for(self, engine: Engine) -> Terms:
        """Return the terms with what was known beforehand, as an engine reads it.

        Raises `ValueError` where what was logged is no standing fact.
        """
        if not self.standing:
            return self.terms
        return replace(self.terms, standing=engine.standing_facts(self.standing))


def read_logged_request(
    entry: LogEntry, envelope: Envelope, erasures: Tombstones
) -> LoggedRequest | Erased | NotReplayable:
    """Return the logged request of a decision, or why it is not there. Raises `StorageError`."""
    payload = entry.payload
    if entry.unread is not None:
        return NotReplayable(why=f"its contents cannot be read: {entry.unread.why}")
    if payload is None:
        tombstone = erasures.tombstone(envelope.decision_id)
        if tombstone is None:
            return NotReplayable(why="its input and result are gone, and no erasure says why")
        return Erased(tombstone=tombstone)
    if not _is_as_logged(payload, envelope):
        return NotReplayable(why="what is stored of it is not what was logged")
    try:
        members = _object(payload.input)
        campaign, terms = _submission(members)
        return LoggedRequest(
            campaign=campaign,
            terms=terms,
            grants=_grants(members),
            standing=_standing(members),
            result=payload.result,
        )
    except (LookupError, ValueError) as error:
        return NotReplayable(why=f"its record cannot be read: {error}")


def _compared(
    content: bytes, recorded: Mapping[str, JSONValue], made: Mapping[str, JSONValue]
) -> Identical | Differs:
    """Return how a result differs from what is made now, the version of the engine apart."""
    replayed = {**made, "engine": recorded.get("engine")}
    for name in _LATER_MEMBERS - recorded.keys():
        replayed.pop(name, None)
    again = canonical(_as_then(recorded, replayed))
    if again == content:
        return Identical()
    found = _differences(dict(recorded), _object(again), "")
    first = tuple(islice(found, MOST_DIFFERENCES))
    return Differs(differences=first, more=sum(1 for _ in found))


def _as_then(recorded: object, made: object) -> object:
    """Return what is made now without the counts that were not yet told when it was recorded."""
    match recorded, made:
        case Mapping(), dict():
            return {
                name: _as_then(recorded.get(name), value)
                for name, value in made.items()
                if name in recorded or name not in _LATER_COUNTS
            }
        case list(), list() if len(recorded) == len(made):
            return [_as_then(*pair) for pair in zip(recorded, made, strict=True)]
        case _:
            return made


def refusal(made: Refused) -> NotReplayable:
    """Return the outcome where the campaign is refused, with the first fault."""
    fault = made.faults[0]
    return NotReplayable(why=f"its campaign is refused: {fault.pointer}: {fault.message}")


class Replayer:
    """Decides again by the policies that decided. Safe to share between threads."""

    def __init__(self, versions: Versions, erasures: Tombstones) -> None:
        self._versions = versions
        self._erasures = erasures
        self._engines: OrderedDict[tuple[str, str], Engine] = OrderedDict()
        self._lock = Lock()

    def replay(self, entry: LogEntry) -> Replay:
        """Decide again, and return how that compares with what was recorded.

        Raises `RecordError` where the leaf is none of a decision, and `StorageError`.
        """
        envelope = read_envelope(entry.leaf)
        return Replay(
            decision_id=envelope.decision_id,
            outcome=self._outcome(entry, envelope),
            recorded_engine=envelope.engine.version,
        )

    def _outcome(self, entry: LogEntry, envelope: Envelope) -> Outcome:
        logged = read_logged_request(entry, envelope, self._erasures)
        if not isinstance(logged, LoggedRequest):
            return logged
        try:
            engine = logged.by(self.engine(envelope.policy_set.digest, envelope.policy_set.name))
        except (NotFound, EngineError, ValueError) as error:
            return NotReplayable(why=f"its policies cannot be used: {error}")
        try:
            terms = logged.terms_for(engine)
            made = submit(engine, logged.campaign, terms=terms, id=envelope.decision_id)
            if isinstance(made, Refused):
                return refusal(made)
            written = made.write()
            if written == logged.result:
                return Identical()
            recorded = _object(logged.result)
        except ValueError as error:  # A waiver or a standing fact of the record that is none.
            return NotReplayable(why=f"its record cannot be read: {error}")
        return _compared(logged.result, recorded, _object(written))

    def engine(self, digest: str, name: str) -> Engine:
        """Return the engine of a digest, in the set of a name; those used last are kept.

        Raises `NotFound`, `EngineError`, `StorageError`, and `ValueError` for texts that are not
        those of the digest.
        """
        key = digest, name
        with self._lock:
            if key not in self._engines:
                bundle = stored_bundle(self._versions, digest, name=name)
                self._engines[key] = Engine(bundle)
            self._engines.move_to_end(key)
            while len(self._engines) > ENGINES_KEPT:
                self._engines.popitem(last=False)
            return self._engines[key]


def replay_document(replay: Replay) -> dict[str, object]:
    """Return the JSON form of a replay."""
    outcome = replay.outcome
    differences = outcome.differences if isinstance(outcome, Differs) else ()
    return {
        "id": replay.decision_id,
        "replay": outcome_name(outcome),
        "why": outcome_reason(outcome),
        "differences": [_difference_document(each) for each in differences],
        "omitted": outcome.more if isinstance(outcome, Differs) else 0,
        "engine": {"recorded": replay.recorded_engine, "replayed": replay.engine},
    }


def outcome_name(outcome: Outcome) -> str:
    """Return the name of an outcome: `identical`, `differs`, `erased` or `not replayable`."""
    match outcome:
        case Identical():
            return "identical"
        case Differs():
            return "differs"
        case Erased():
            return "erased"
        case NotReplayable():
            return "not replayable"


def outcome_reason(outcome: Outcome) -> str | None:
    """Return why a decision could not be made again; None where it could."""
    match outcome:
        case Erased(tombstone=left):
            ground, index = left.ground, left.erasure_index
            return f"it was erased on the ground `{ground}`, as entry {index} says"
        case NotReplayable(why=why):
            return why
        case _:
            return None


def _difference_document(difference: Difference) -> dict[str, object]:
    """Return a difference; a member that is absent has nothing on that side."""
    sides = {"recorded": difference.recorded, "replayed": difference.replayed}
    present = {name: value for name, value in sides.items() if value is not UNSET}
    return {"pointer": difference.pointer, **present}


def _is_as_logged(payload: Payload, envelope: Envelope) -> bool:
    return opens(envelope.input_commitment, payload.input_salt, payload.input) and opens(
        envelope.result_commitment, payload.result_salt, payload.result
    )


def _object(content: bytes) -> dict[str, JSONValue]:
    value = read_json(content, limits=RECORDED_LIMITS)
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - of a text, not of an argument.
    return value


def _submission(members: Mapping[str, JSONValue]) -> tuple[JSONValue, Terms]:
    """Return what was submitted, and on what terms: `api.deciding.drafts.input_of` turned round."""
    form, launched = members["format"], members["as_if_launched"]
    if form not in FORMAT_NAMES:
        raise ValueError(f"it is in no format that is known here: {excerpt(str(form))}")
    as_of = datetime.fromisoformat(str(members["as_of"]))
    if as_of.utcoffset() is None:
        raise ValueError("`as_of` has no offset from UTC")
    terms = Terms(
        format=str(form),
        as_of=as_of,
        as_if_launched=None if launched is None else date.fromisoformat(str(launched)),
    )
    return members["campaign"], terms


def _grants(members: Mapping[str, JSONValue]) -> tuple[str, ...]:
    found = members.get("waivers", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError("its `waivers` are no list of texts")
    return tuple(str(each) for each in found)


def _standing(members: Mapping[str, JSONValue]) -> tuple[dict[str, JSONValue], ...]:
    """Return the documents of the standing facts; decisions without any have no such member."""
    found = members.get("standing_facts", [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("its standing facts are no list of objects")
    return tuple(each for each in found if isinstance(each, dict))


def _differences(
    recorded: JSONValue | UnsetType, replayed: JSONValue | UnsetType, pointer: str
) -> Iterator[Difference]:
    """Yield the innermost places at which two values differ."""
    match recorded, replayed:
        case dict(), dict():
            for name in dict.fromkeys((*recorded, *replayed)):
                one, other = recorded.get(name, UNSET), replayed.get(name, UNSET)
                yield from _differences(one, other, f"{pointer}/{escaped(name)}")
        case list(), list() if len(recorded) == len(replayed):
            for index, pair in enumerate(zip(recorded, replayed, strict=True)):
                yield from _differences(*pair, f"{pointer}/{index}")
        case _ if type(recorded) is not type(replayed) or recorded != replayed:
            yield Difference(pointer=pointer, recorded=recorded, replayed=replayed)
        case _:
            pass
