"""What of a decision in transit is foreseen: all but ids, salts, and what is made of these."""

import msgspec
from msgspec.structs import replace

from api.deciding.drafts import Counts, InvalidJSON, Outcome, PartDecision
from api.deciding.submission import Refused
from engine.audit.entries.record import QueryColumns, SealedRecord


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What is foreseen of a decision on a record of a part."""

    answer: bytes
    input: bytes
    result: bytes
    columns: QueryColumns
    words: str
    facets: tuple[str, ...]
    waivers: tuple[str, ...]
    counts: Counts


def without_chance(made: Outcome) -> Foreseen | Refused | InvalidJSON:
    """Return an outcome without its id, its salts, and the time that it took."""
    if not isinstance(made, PartDecision):
        return made
    assert made.draft is not None
    record = made.draft.record
    assert isinstance(record, SealedRecord)
    id_ = record.id.encode()
    return Foreseen(
        answer=made.answer.replace(id_, b""),
        input=record.payload.input,
        result=record.payload.result.replace(id_, b""),
        columns=replace(record.columns, decision_id=""),
        words=record.words,
        facets=record.facets,
        waivers=record.waivers,
        counts=made.draft.counts,
    )
