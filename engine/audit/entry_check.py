"""What can be wrong with one entry, on its own; the verifiers see to the tree."""

from collections.abc import Iterator

from .commitment import Disclosure, opens
from .export import Columns, Line, columns_of
from .faults import VerificationFault, fault
from .record import (
    DISCLOSED,
    LEAF_LIMIT,
    Envelope,
    RecordError,
    Result,
    instant,
    is_uuid,
    query_columns,
    read_envelope,
    read_result,
)
from .tree import leaf_hash


def entry_faults(line: Line) -> Iterator[VerificationFault]:
    """Yield what is wrong with an entry, the most telling first."""
    if len(line.leaf) > LEAF_LIMIT:
        yield fault(line.index, "leaf_too_long", f"the leaf has more than {LEAF_LIMIT:,} bytes")
    if line.leaf_hash != leaf_hash(line.leaf):
        yield fault(line.index, "leaf_hash_differs", "the leaf has another hash")
    try:
        envelope = read_sound_envelope(line.leaf)
    except RecordError as error:
        yield fault(line.index, "leaf_malformed", str(error))
        return
    if line.logged_at != envelope.logged_at:
        yield _column_fault(line.index, "logged_at")
    yield from _commitment_faults(line, envelope)
    yield from _disclosure_faults(line, envelope)
    yield from _content_faults(line, envelope)


def read_sound_envelope(leaf: bytes) -> Envelope:
    """Return the members of a leaf. Raises `RecordError` where one of them cannot be."""
    envelope = read_envelope(leaf)
    try:
        instant(envelope.decided_at)
        instant(envelope.logged_at)
    except ValueError as error:
        raise RecordError(f"the leaf has a time that is none: {error}") from error
    if not is_uuid(envelope.decision_id):
        raise RecordError("the leaf has a decision id that is not a UUID")
    if sorted(set(envelope.sd)) != list(envelope.sd) or len(envelope.sd) != len(DISCLOSED):
        raise RecordError("the leaf does not have two sorted digests of disclosures")
    return envelope


def _commitment_faults(line: Line, envelope: Envelope) -> Iterator[VerificationFault]:
    if line.input is None or line.result is None or line.salts is None:
        yield fault(line.index, "payload_missing", "the input, the result or their salts are gone")
        return
    if not opens(envelope.input_commitment, line.salts.input, line.input):
        yield fault(
            line.index, "input_differs", "the input and its salt do not open the leaf's commitment"
        )
    if not opens(envelope.result_commitment, line.salts.result, line.result):
        yield fault(
            line.index,
            "result_differs",
            "the result and its salt do not open the leaf's commitment",
        )


def _disclosure_faults(line: Line, envelope: Envelope) -> Iterator[VerificationFault]:
    disclosures = _disclosures(line)
    if {one.digest() for one in disclosures} - set(envelope.sd):
        yield fault(line.index, "disclosure_differs", "a disclosure has no digest in the leaf")
    if sorted(one.name for one in disclosures) != sorted(DISCLOSED):
        yield fault(
            line.index,
            "disclosure_missing",
            "the actor and the campaign are not disclosed once each",
        )


def _disclosures(line: Line) -> list[Disclosure]:
    """Return the disclosures, those that cannot be read under no name."""
    found = []
    for text in line.disclosures:
        try:
            found.append(Disclosure.read(text))
        except ValueError:
            found.append(Disclosure(name="", value=None, text=text))
    return found


def _content_faults(line: Line, envelope: Envelope) -> Iterator[VerificationFault]:
    """Compare leaf, result and query columns: all three say what was decided."""
    disclosed = {one.name: one.value for one in _disclosures(line)}
    if line.result is None:
        expected = _columns_of_leaf(line, envelope, disclosed)
    else:
        try:
            result = read_result(line.result)
        except RecordError as error:
            yield fault(line.index, "result_malformed", str(error))
            return
        if _said_by_leaf(envelope) != _said_by_result(result) or (
            disclosed.get("campaign") != result.campaign
        ):
            yield fault(
                line.index,
                "leaf_contradicts_result",
                "the leaf and the result say different things",
            )
        expected = columns_of(
            query_columns(
                result=result,
                decided_at=instant(envelope.decided_at),
                actor=disclosed.get("actor"),
                campaign=disclosed.get("campaign"),
            )
        )
    for name in Columns.__struct_fields__:
        if getattr(line.columns, name) != getattr(expected, name):
            yield _column_fault(line.index, name)


def _columns_of_leaf(line: Line, envelope: Envelope, disclosed: dict[str, str | None]) -> Columns:
    """Return the columns that the leaf alone vouches for; only the result knows the rules."""
    return Columns(
        decision_id=envelope.decision_id,
        decided_at=envelope.decided_at,
        outcome=envelope.outcome,
        conclusive=envelope.conclusive,
        campaign=disclosed.get("campaign"),
        policy_set=envelope.policy_set.name,
        policy_version=envelope.policy_set.version,
        policy_digest=envelope.policy_set.digest,
        actor=disclosed.get("actor"),
        rules=line.columns.rules,
    )


def _said_by_leaf(envelope: Envelope) -> tuple[object, ...]:
    return (
        envelope.decision_id,
        envelope.outcome,
        envelope.conclusive,
        envelope.policy_set,
        envelope.engine,
    )


def _said_by_result(result: Result) -> tuple[object, ...]:
    return (result.id, result.decision, result.conclusive, result.policy_set, result.engine)


def _column_fault(index: int, name: str) -> VerificationFault:
    return fault(index, "column_differs", f"the query column `{name}` is not what the payload says")
