"""Checks one entry by itself: leaf, commitments, disclosures, columns. Verifiers check the tree."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET

from ..entries.act_leaves import ActLeaf
from ..entries.commitment import Disclosure, opens
from ..entries.leaf import Leaf, UnknownKind, read_leaf
from ..entries.record import (
    DISCLOSED,
    Envelope,
    Result,
    justification_words,
    query_columns,
    read_result,
    search_facets,
)
from ..errors import RecordError
from ..export import Columns, Line, UnreadContents, columns_of
from ..faults import VerificationFault, fault
from ..instants import instant
from ..merkle.tiles import LEAF_LIMIT
from ..merkle.tree import leaf_hash
from .decision_times import time_faults


def entry_faults(line: Line, leaf: Leaf | VerificationFault) -> Iterator[VerificationFault]:
    """Yield what is wrong with an entry, the most telling first.

    `leaf` is what `leaf_or_fault` makes of that of the line.
    """
    if len(line.leaf) > LEAF_LIMIT:
        yield fault(line.index, "leaf_too_long", f"the leaf has more than {LEAF_LIMIT:,} bytes")
    if line.leaf_hash != leaf_hash(line.leaf):
        yield fault(line.index, "leaf_hash_differs", "the leaf has another hash")
    if isinstance(leaf, VerificationFault):
        yield leaf
        return
    if line.logged_at != leaf.logged_at:
        yield _column_fault(line.index, "logged_at")
    if not isinstance(leaf, Envelope):
        yield from _act_faults(line, leaf)
        return
    yield from time_faults(line.index, leaf)
    if line.columns is None:
        yield fault(line.index, "entry_malformed", "the decision has no query columns")
    elif line.unread is not None:
        yield from _unread_faults(line, line.columns, line.unread, leaf)
    elif lacks_contents(line):
        yield from _column_faults(line.index, line.columns, _columns_of_leaf(leaf, {}, None))
    else:
        disclosures = disclosures_of(line)
        yield from _commitment_faults(line, leaf)
        yield from _disclosure_faults(line.index, disclosures, leaf.sd, DISCLOSED)
        yield from _content_faults(line, line.columns, leaf, disclosures)


def leaf_or_fault(index: int, leaf: bytes) -> Leaf | VerificationFault:
    """Return the members of the leaf of an entry, or what is wrong with it.

    An act concerns entries before its own only.
    """
    try:
        found = read_leaf(leaf)
    except UnknownKind as error:
        return fault(index, "kind_unknown", str(error))
    except RecordError as error:
        return fault(index, "leaf_malformed", str(error))
    if not isinstance(found, Envelope) and found.entries and found.entries[-1][1] > index:
        return fault(index, "act_foretold", "the leaf names entries that are not before it")
    return found


def lacks_contents(line: Line) -> bool:
    """Whether a decision lacks its contents, salts and disclosures: they are erased, or lost."""
    return line.columns is not None and line.unread is None and _is_bare(line)


def _is_bare(line: Line) -> bool:
    return (line.input, line.result, line.salts, line.disclosures) == (None, None, None, ())


def _unread_faults(
    line: Line, columns: Columns, unread: UnreadContents, leaf: Envelope
) -> Iterator[VerificationFault]:
    """Compare what can be without the contents; that these could not be read is no fault."""
    if unread.is_altered:
        yield fault(line.index, "contents_altered", f"its contents: {unread.why}")
    if not _is_bare(line):
        yield fault(line.index, "entry_malformed", "its contents are here, and said to be unread")
    disclosed = {"campaign": columns.campaign, "actor": columns.actor}
    expected = _columns_of_leaf(leaf, disclosed, columns)
    yield from _column_faults(line.index, columns, expected)


def _act_faults(line: Line, act: ActLeaf) -> Iterator[VerificationFault]:
    if (line.columns, line.input, line.result, line.salts, line.unread) != (None,) * 5:
        yield fault(line.index, "entry_malformed", "an act has neither columns nor a payload")
    yield from _disclosure_faults(line.index, disclosures_of(line), act.sd, act.discloses)


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


def _disclosure_faults(
    index: int, disclosures: Sequence[Disclosure], digests: Sequence[str], names: Sequence[str]
) -> Iterator[VerificationFault]:
    if {one.digest() for one in disclosures} - set(digests):
        yield fault(index, "disclosure_differs", "a disclosure has no digest in the leaf")
    if sorted(one.name for one in disclosures) != sorted(names):
        listed = " and ".join(f"`{name}`" for name in names)
        yield fault(index, "disclosure_missing", f"{listed} should be disclosed once each")


def disclosures_of(line: Line) -> list[Disclosure]:
    """Return the disclosures, those that cannot be read under no name."""
    found = []
    for text in line.disclosures:
        try:
            found.append(Disclosure.read(text))
        except ValueError:
            found.append(Disclosure(name="", value=None, text=text))
    return found


def _content_faults(
    line: Line, columns: Columns, envelope: Envelope, disclosures: Sequence[Disclosure]
) -> Iterator[VerificationFault]:
    """Compare leaf, result and query columns: all three say what was decided."""
    disclosed = {one.name: one.value for one in disclosures}
    if line.result is None:
        expected = _columns_of_leaf(envelope, disclosed, columns)
    else:
        try:
            result = read_result(line.result)
        except RecordError as error:
            yield fault(line.index, "result_malformed", str(error))
            return
        if _leaf_values(envelope) != _result_values(result) or (
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
            ),
            justification_words(result),
            search_facets(result),
        )
    yield from _column_faults(line.index, columns, expected)


def _column_faults(index: int, found: Columns, expected: Columns) -> Iterator[VerificationFault]:
    if found == expected:
        return
    for name in Columns.__struct_fields__:
        value = getattr(found, name)
        if value is UNSET:  # An earlier version exported it.
            continue
        if value != getattr(expected, name):
            yield _column_fault(index, name)


def _columns_of_leaf(
    envelope: Envelope, disclosed: Mapping[str, str | None], others: Columns | None
) -> Columns:
    """Return the columns that leaf and disclosures vouch for.

    `others` has those that only the result knows; None where there is no result.
    """
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
        rules=others.rules if others else (),
        words=others.words if others else "",
        advertiser=others.advertiser if others else None,
        facets=others.facets if others else (),
    )


def _leaf_values(envelope: Envelope) -> tuple[object, ...]:
    return (
        envelope.decision_id,
        envelope.outcome,
        envelope.conclusive,
        envelope.policy_set,
        envelope.engine,
    )


def _result_values(result: Result) -> tuple[object, ...]:
    return (result.id, result.decision, result.conclusive, result.policy_set, result.engine)


def _column_fault(index: int, name: str) -> VerificationFault:
    return fault(index, "column_differs", f"the query column `{name}` is not what the payload says")
