"""Waivers that somebody asked for, as rows: what each is, its history, and how often it was used.

`waivers` changes them; every function here reads within the transaction of its caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from ...audit.entries.acts import WaiverStep
from ...audit.merkle.spans import Spans, spans_of
from ...audit.workflows.waivers import WaiverState
from ...bundle.grants import Grant, WaiverTerms
from ..errors import NotFound
from ..schema import log_entry, waiver, waiver_event, waiver_use

_WAIVER, _EVENT, _USE = waiver.c, waiver_event.c, waiver_use.c
_TEXTS = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverEvent:
    """One thing that happened to a waiver, and its entry in the log."""

    index: int
    step: WaiverStep
    actor: str
    role: str | None
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """In how many decisions a waiver let a breach pass, erased ones aside, and when it last did."""

    count: int
    last: datetime | None


UNUSED = Use(count=0, last=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedWaiver:
    """A waiver that somebody asked for, with its history, the oldest event first.

    `text` is what was granted, None before; it begins on the day of the grant where that came late.
    """

    id: str
    policy_set: str
    terms: WaiverTerms
    evidence: tuple[str, ...]
    state: WaiverState
    revision: int
    text: str | None
    events: tuple[WaiverEvent, ...]
    use: Use

    @property
    def requester(self) -> str:
        """Who asked for it."""
        return self.events[0].actor

    @property
    def index(self) -> int:
        """The entry of the request."""
        return self.events[0].index

    @property
    def last(self) -> Spans:
        """The entry of the last event, as the next one names it."""
        return spans_of([self.events[-1].index])

    def is_over(self, day: date) -> bool:
        """Whether its last day is behind: it lets nothing pass that runs on this day or later."""
        return self.terms.until <= day


def find_waiver(connection: Connection, id: str) -> RequestedWaiver:  # noqa: A002 - the column.
    """Return a waiver by its id. Raises `NotFound`."""
    found = read_waivers(connection, (_WAIVER.id == id,), most=1)
    if not found:
        raise NotFound(f"there is no waiver `{id[:64]}`")
    return found[0]


def read_waivers(
    connection: Connection, conditions: Iterable[ColumnElement[bool]], *, most: int
) -> Sequence[RequestedWaiver]:
    """Return the waivers of some conditions on their rows, those asked for last first."""
    query = select(waiver).where(*conditions).order_by(_WAIVER.requested.desc()).limit(most)
    rows = connection.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    events, uses = _events(connection, ids), _uses(connection, ids)
    return [_waiver(row, events[row["id"]], uses.get(row["id"], UNUSED)) for row in rows]


def read_grants(connection: Connection) -> Mapping[str, tuple[Grant, ...]]:
    """Return what is granted and not revoked, by policy set; the ended as well.

    Days behind are still judged by what held on them.
    """
    query = select(_WAIVER.policy_set, _WAIVER.text, _WAIVER.campaign, _WAIVER.advertiser).where(
        _WAIVER.state == WaiverState.GRANTED
    )
    found: dict[str, list[Grant]] = {}
    for row in connection.execute(query.order_by(_WAIVER.requested)):
        made = Grant(text=row.text, campaign=row.campaign, advertiser=row.advertiser)
        found.setdefault(row.policy_set, []).append(made)
    return {name: tuple(grants) for name, grants in found.items()}


def read_last_act(connection: Connection) -> int:
    """Return the entry of the newest act on any waiver; 0 where there is none."""
    return connection.execute(select(func.max(_EVENT.index))).scalar() or 0


def _events(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[WaiverEvent, ...]]:
    query = select(waiver_event).where(_EVENT.waiver.in_(ids)).order_by(_EVENT.index)
    found: dict[str, list[WaiverEvent]] = {id_: [] for id_ in ids}
    for row in connection.execute(query).mappings():
        found[row["waiver"]].append(
            WaiverEvent(
                index=row["index"],
                step=WaiverStep(row["step"]),
                actor=row["actor"],
                role=row["role"],
                reason=row["reason"],
                at=row["at"],
            )
        )
    return {id_: tuple(events) for id_, events in found.items()}


def _uses(connection: Connection, ids: Sequence[str]) -> Mapping[str, Use]:
    last = func.max(log_entry.c.logged_at).label("last")
    query = (
        select(_USE.waiver, func.count().label("uses"), last)
        .join(log_entry, log_entry.c.index == _USE.index)
        .where(_USE.waiver.in_(ids))
        .group_by(_USE.waiver)
    )
    return {
        row.waiver: Use(count=row.uses, last=row.last) for row in connection.execute(query).all()
    }


def _waiver(row: RowMapping, events: tuple[WaiverEvent, ...], use: Use) -> RequestedWaiver:
    return RequestedWaiver(
        id=row["id"],
        policy_set=row["policy_set"],
        terms=WaiverTerms(
            rule=row["rule"],
            campaign=row["campaign"],
            advertiser=row["advertiser"],
            markets=_TEXTS.decode(row["markets"]),
            start=row["start"],
            until=row["until"],
            ticket=row["ticket"],
            reason=row["reason"],
        ),
        evidence=_TEXTS.decode(row["evidence"]),
        state=WaiverState(row["state"]),
        revision=row["revision"],
        text=row["text"],
        events=events,
        use=use,
    )
