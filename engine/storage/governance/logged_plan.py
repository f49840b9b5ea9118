"""Whether what processes decide by is what the log's acts say, before any process decides by it.

Which version is in force, which waivers are granted and which standing facts hold is read from
tables. What was rolled back, revoked or withdrawn would hold again with one altered row, and with
one more, what nobody approved. `comparison` compares all that these tables say; here, it is what
has an effect. Every function reads within the transaction of its caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, select

from ...audit.entries.act_leaves import TEXT, ActLeaf, FactLeaf, PolicyLeaf, WaiverLeaf
from ...audit.entries.acts import FactTransition, Transition, WaiverStep
from ...audit.instants import instant
from ...audit.workflows.waivers import NEXT, WaiverState
from ..errors import LogInconsistent
from ..log.entries import act_leaves, among
from ..schema import disclosure, policy_event, waiver
from ..sealed.contents import read_disclosure
from .standing_fact_rows import CURRENT

_Said: TypeAlias = Mapping[Any, tuple[object, ...]]
_STEP = 500


def check_plan(connection: Connection) -> None:
    """Compare what is in force, granted and standing with the log. Raises `LogInconsistent`."""
    _compare("policy_event", _logged_turns(connection), _kept_turns(connection))
    _compare("waiver", *_grants(connection))
    _compare("standing_fact", _logged_facts(connection), _kept_facts(connection))


def cancellations(acts: Iterable[tuple[int, PolicyLeaf]]) -> Mapping[int, int]:
    """Return which act took back which activation before its time, as the log tells."""
    found: dict[int, int] = {}
    waiting: dict[str, tuple[int, str]] = {}
    for index, leaf in acts:  # Times as texts: they have one spelling, and sort as they follow.
        since = leaf.in_force_from
        is_later = since is not None and since > leaf.logged_at
        if is_later or leaf.transition is Transition.ROLLBACK:
            before = waiting.pop(leaf.policy_set, None)
            if before is not None and before[1] > leaf.logged_at:
                found[before[0]] = index
        if is_later and since is not None:
            waiting[leaf.policy_set] = (index, since)
    return found


def _logged_turns(connection: Connection) -> _Said:
    acts = list(act_leaves(connection, "policy", PolicyLeaf))
    cancelled = cancellations(acts)
    return {
        index: (leaf.policy_set, leaf.digest, instant(leaf.logged_at), instant(leaf.in_force_from))
        for index, leaf in acts
        if leaf.in_force_from is not None and index not in cancelled
    }


def _kept_turns(connection: Connection) -> _Said:
    event = policy_event.c
    query = select(event.index, event.policy_set, event.digest, event.at, event.in_force_from)
    query = query.where(event.in_force_from.is_not(None), event.cancelled.is_(None))
    return {index: tuple(said) for index, *said in connection.execute(query)}


def _grants(connection: Connection) -> tuple[_Said, _Said]:
    """Return the waivers that are granted and not revoked, as the log has them and as is kept."""
    states: dict[str, WaiverState | None] = {}
    granted: dict[str, tuple[int, WaiverLeaf]] = {}
    for index, leaf in act_leaves(connection, "waiver", WaiverLeaf):
        state = states.get(leaf.waiver)
        states[leaf.waiver] = NEXT.get((state, leaf.step), state)
        if leaf.step is WaiverStep.GRANT:
            granted[leaf.waiver] = (index, leaf)
    held = [each for name, each in granted.items() if states[name] is WaiverState.GRANTED]
    texts = disclosed(connection, dict(held), TEXT)
    logged = {leaf.waiver: (leaf.policy_set, texts.get(index)) for index, leaf in held}
    query = select(waiver.c.id, waiver.c.policy_set, waiver.c.text)
    rows = connection.execute(query.where(waiver.c.state == WaiverState.GRANTED))
    return logged, {name: tuple(said) for name, *said in rows}


def disclosed(
    connection: Connection, acts: Mapping[int, ActLeaf], name: str
) -> Mapping[int, str | None]:
    """Return what some acts disclose under a name; a disclosure is one of its leaf, or is none."""
    found: dict[int, str | None] = {}
    for indexes in _parts(sorted(acts)):
        query = select(disclosure.c.index, disclosure.c.disclosure)
        for index, text in connection.execute(query.where(among(disclosure.c.index, indexes))):
            read = read_disclosure(text)
            of = acts.get(index)
            if of is not None and read.name == name and read.digest() in of.sd:
                found[index] = read.value
    return found


def _parts(indexes: Sequence[int]) -> Iterable[Sequence[int]]:
    return (indexes[start : start + _STEP] for start in range(0, len(indexes), _STEP))


def _logged_facts(connection: Connection) -> _Said:
    found: dict[str, tuple[object, ...]] = {}
    for index, leaf in act_leaves(connection, "fact", FactLeaf):
        found[leaf.fact] = (leaf.version, index, leaf.commitment)
        if leaf.transition is FactTransition.WITHDRAW:
            del found[leaf.fact]
    return found


def _kept_facts(connection: Connection) -> _Said:
    rows = connection.execute(CURRENT).mappings()
    return {row["fact"]: (row["version"], row["index"], row["commitment"]) for row in rows}


def _compare(table: str, logged: _Said, kept: _Said) -> None:
    if logged == kept:
        return
    key = next(each for each in (*logged, *kept) if logged.get(each) != kept.get(each))
    how = "differs from the log"
    if key not in kept:
        how = "is not kept as in force, and the log has nothing that ended it"
    elif key not in logged:
        how = "is kept as in force, and the log says otherwise"
    told = f"the table `{table}`: {key} {how}"
    raise LogInconsistent(f"{told}; `assent verify` of the database says more")
