"""Waivers that somebody asks for: granted by another person, or refused, and revoked at any time.

Every change of what one is, is one transaction: an entry of the log (`audit.entries.WaiverChange`),
its row in `waiver_event`, and what came of it. `audit.workflows` has the order of the steps.
Whether policies bear a waiver is for whoever decides by it, each time: this module knows none.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, exists, insert, update

from ...audit.entries.acts import WaiverChange, WaiverStep
from ...audit.entries.sealed_acts import Entry
from ...audit.workflows.publications import same_person
from ...audit.workflows.waivers import NEXT, WaiverState
from ...bundle.grants import Approval, WaiverTerms, written
from ...evaluation.operations.days import day_of
from ..databases.database import announce
from ..errors import Conflict, StorageError
from ..log.log_store import Appending
from ..log.register import Register
from ..schema import waiver, waiver_event, waiver_use
from .changes import ChangeOrder, WrongState
from .logged_steps import check_waiver
from .waiver_rows import RequestedWaiver, find_waiver, read_waivers

PAGE_LIMIT = 500
"""The most waivers of a page."""

_WAIVER = waiver.c


class OwnWaiver(StorageError):  # noqa: N818 - the house names what happened; the base is an error.
    """Who asks for a waiver may not be the one to grant it."""


class SameWaiver(Conflict):
    """There is a waiver already that lets the same pass, or would once it is granted."""

    def __init__(self, id: str, state: WaiverState) -> None:  # noqa: A002 - that of the waiver.
        super().__init__(f"`{id}` is {state} already, for the same and for all of these days")
        self.id = id


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for, by which policy set, and what speaks for it."""

    policy_set: str
    terms: WaiverTerms
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverFilter:
    """Which waivers are listed: None for any. What is over has `is_over`, whatever became of it."""

    states: frozenset[WaiverState] | None = None
    is_over: bool | None = None
    is_used: bool | None = None
    policy_set: str | None = None
    rule: str | None = None
    requester: str | None = None
    policy_sets: frozenset[str] | None = None
    before: int | None = None


class Waivers(Register):
    """The waivers of a database that somebody asked for.

    Every method raises `StorageUnavailable`, and those that change something what `appending` does,
    and `RecordError` for an actor or a text that the log cannot have.
    """

    # --- reading ------------------------------------------------------------------------------

    def get(self, id: str) -> RequestedWaiver:  # noqa: A002 - that of the waiver.
        """Return one waiver. Raises `NotFound`."""
        with self._database.reading() as connection:
            return find_waiver(connection, id)

    def page(
        self, wanted: WaiverFilter, *, limit: int, today: date
    ) -> tuple[tuple[RequestedWaiver, ...], bool]:
        """Return the waivers of a filter, those asked for last first, and whether there are more.

        With `before` they are those that were asked for before that entry of the log.
        """
        with self._database.reading() as connection:
            found = read_waivers(connection, _conditions(wanted, today), most=limit + 1)
        return tuple(found[:limit]), len(found) > limit

    # --- changing -----------------------------------------------------------------------------

    def request(self, request: Request, *, actor: str) -> RequestedWaiver:
        """Ask for a waiver. Raises `SameWaiver`, and `ValueError` for one that is over by now."""
        terms, made = request.terms, f"w{secrets.token_hex(6)}"
        with self._appending() as log:
            connection = log.connection
            _check_lasting(terms, day_of(log.now))
            _check_new(connection, request)
            change = WaiverChange(
                entries=(),
                step=WaiverStep.REQUEST,
                waiver=made,
                policy_set=request.policy_set,
                rule=terms.rule,
                actor=actor,
                text=written(made, terms),
            )
            entry = log.append(change)
            connection.execute(insert(waiver).values(_row(made, request, actor, entry)))
            _note(connection, change, entry)
            return find_waiver(connection, made)

    def grant(self, id: str, role: str, order: ChangeOrder) -> RequestedWaiver:  # noqa: A002 - likewise.
        """Grant a waiver in a role of the policies; it holds from this day on at the earliest.

        Raises `NotFound`, `OutdatedRevision`, `WrongState`, also where it is over by now, and
        `OwnWaiver` where who asked for it grants it.
        """
        with self._appending() as log:
            found = _seen(log.connection, id, WaiverStep.GRANT, order)
            if same_person(order.actor, found.requester):
                raise OwnWaiver("who asks for a waiver cannot grant it; another person has to")
            day = day_of(log.now)
            if found.is_over(day):
                raise WrongState("the days that were asked for are over")
            text = granted_text(found, Approval(approver=order.actor, role=role, day=day))
            change = replace(_change(found, WaiverStep.GRANT, order), text=text)
            return self._step(log, found, change, role)

    def refuse(self, id: str, order: ChangeOrder) -> RequestedWaiver:  # noqa: A002 - likewise.
        """Refuse a waiver. Raises `NotFound`, `OutdatedRevision` and `WrongState`."""
        with self._appending() as log:
            found = _seen(log.connection, id, WaiverStep.REFUSE, order)
            return self._step(log, found, _change(found, WaiverStep.REFUSE, order))

    def revoke(self, id: str, order: ChangeOrder) -> RequestedWaiver:  # noqa: A002 - likewise.
        """End a waiver now, for every day. Raises `NotFound`, `OutdatedRevision`, `WrongState`."""
        with self._appending() as log:
            found = _seen(log.connection, id, WaiverStep.REVOKE, order)
            return self._step(log, found, _change(found, WaiverStep.REVOKE, order))

    def _step(
        self,
        log: Appending,
        found: RequestedWaiver,
        change: WaiverChange,
        role: str | None = None,
    ) -> RequestedWaiver:
        """Append the entry of a step, and bring the tables to what it says."""
        connection = log.connection
        entry = log.append(change)
        values = {"state": NEXT[found.state, change.step], "revision": found.revision + 1}
        moved = update(waiver).where(_WAIVER.id == found.id)
        connection.execute(moved.values(values | ({"text": change.text} if change.text else {})))
        _note(connection, change, entry, role)
        announce(connection)
        return find_waiver(connection, found.id)


def _seen(
    connection: Connection,
    id: str,  # noqa: A002 - that of the waiver.
    step: WaiverStep,
    order: ChangeOrder,
) -> RequestedWaiver:
    """Return a waiver that may take a step, as whoever orders it has seen it."""
    found = find_waiver(connection, id)
    check_waiver(connection, found)
    order.check_seen(found.revision)
    if (found.state, step) not in NEXT:
        raise WrongState(f"the waiver is {found.state}: {_ADVICE[step]}")
    return found


def _change(found: RequestedWaiver, step: WaiverStep, order: ChangeOrder) -> WaiverChange:
    return WaiverChange(
        entries=found.last,
        step=step,
        waiver=found.id,
        policy_set=found.policy_set,
        rule=found.terms.rule,
        actor=order.actor,
        reason=order.reason,
    )


def granted_text(found: RequestedWaiver, approval: Approval) -> str:
    """Return the text of a waiver as it is granted: no day is waived before the grant."""
    terms = found.terms
    return written(found.id, replace(terms, start=max(terms.start, approval.day)), approval)


_ADVICE: Mapping[WaiverStep, str] = {
    WaiverStep.GRANT: "only what is requested is granted",
    WaiverStep.REFUSE: "only what is requested is refused",
    WaiverStep.REVOKE: "only what is granted is revoked",
}


# --- rows -------------------------------------------------------------------------------------


def _check_lasting(terms: WaiverTerms, today: date) -> None:
    if terms.until <= today:
        raise ValueError("those days are over; a waiver ends on a day to come")


def _check_new(connection: Connection, request: Request) -> None:
    """Raise `SameWaiver` where another is for the same, and for all of these days."""
    terms = request.terms
    same = (
        _WAIVER.policy_set == request.policy_set,
        _WAIVER.rule == terms.rule,
        _WAIVER.campaign.is_not_distinct_from(terms.campaign),
        _WAIVER.advertiser.is_not_distinct_from(terms.advertiser),
        _WAIVER.markets == _texts(terms.markets),
        _WAIVER.start <= terms.start,
        _WAIVER.until >= terms.until,
        _WAIVER.state.in_((WaiverState.REQUESTED, WaiverState.GRANTED)),
    )
    for found in read_waivers(connection, same, most=1):
        raise SameWaiver(found.id, found.state)


def _row(id: str, request: Request, actor: str, entry: Entry) -> dict[str, Any]:  # noqa: A002 - the column.
    terms = request.terms
    return {
        "id": id,
        "policy_set": request.policy_set,
        "rule": terms.rule,
        "campaign": terms.campaign,
        "advertiser": terms.advertiser,
        "markets": _texts(terms.markets),
        "start": terms.start,
        "until": terms.until,
        "ticket": terms.ticket,
        "reason": terms.reason,
        "evidence": _texts(request.evidence),
        "state": NEXT[None, WaiverStep.REQUEST],
        "revision": 1,
        "requester": actor,
        "requested": entry.index,
    }


def _texts(texts: Iterable[str]) -> str:
    return msgspec.json.encode(tuple(texts)).decode()


def _note(
    connection: Connection, change: WaiverChange, entry: Entry, role: str | None = None
) -> None:
    connection.execute(
        insert(waiver_event).values(
            index=entry.index,
            waiver=change.waiver,
            step=change.step,
            actor=change.actor,
            role=role,
            reason=change.reason,
            at=entry.logged_at,
        )
    )


def _conditions(wanted: WaiverFilter, today: date) -> Iterator[ColumnElement[bool]]:
    equal = {"policy_set": wanted.policy_set, "rule": wanted.rule}
    for name, value in (*equal.items(), ("requester", wanted.requester)):
        if value is not None:
            yield _WAIVER[name] == value
    if wanted.states is not None:
        yield _WAIVER.state.in_(sorted(wanted.states))
    if wanted.policy_sets is not None:
        yield _WAIVER.policy_set.in_(sorted(wanted.policy_sets))
    if wanted.before is not None:
        yield _WAIVER.requested < wanted.before
    if wanted.is_over is not None:
        yield _WAIVER.until <= today if wanted.is_over else _WAIVER.until > today
    if wanted.is_used is not None:
        used = exists().where(waiver_use.c.waiver == _WAIVER.id)
        yield used if wanted.is_used else ~used
