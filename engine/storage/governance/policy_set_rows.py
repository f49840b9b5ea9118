"""Versions of policies within their set, as rows: what each is, its history, what is in force.

`policy_sets` changes them; every function here reads within the transaction of its caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, Select, func, select

from ...audit.entries.acts import Transition
from ...audit.merkle.spans import Spans, spans_of
from ...audit.workflows.publications import State
from ...bundle.grants import Grant
from ..errors import NotFound
from ..schema import policy_event, policy_set, policy_set_version, standing_fact_version
from .waiver_rows import read_last_act

_DIGEST_MARK = "sha256:"
_SHORTEST = 12

_EVENT = policy_event.c
_VERSION = policy_set_version.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a version, and its entry in the log."""

    index: int
    digest: str
    transition: Transition
    actor: str
    reason: str | None
    at: datetime
    in_force_from: datetime | None
    is_cancelled: bool

    @property
    def is_at_once(self) -> bool:
        """Whether the version came into force with the entry itself."""
        return self.in_force_from is not None and self.in_force_from <= self.at

    def has_come(self, now: datetime) -> bool:
        """Whether the event brought its version into force, at this time or before."""
        # Clocks of machines differ: what the log says is in force waits for none of them.
        is_due = self.in_force_from is not None and self.in_force_from <= now
        return not self.is_cancelled and (self.is_at_once or is_due)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVersion:
    """A version of a policy set, with its history, the oldest event first."""

    policy_set: str
    digest: str
    state: State
    revision: int
    is_sound: bool
    report: bytes
    events: tuple[Event, ...]

    @property
    def last(self) -> Spans:
        """The entry of the last event, as the next one names it."""
        return spans_of([self.events[-1].index])


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The activations of versions of a set, in order of taking effect; none that was cancelled."""

    policy_set: str
    revision: int
    activations: tuple[Event, ...]

    def at(self, now: datetime) -> Event | None:
        """Return what put the version in force there, None where none has been."""
        come = [turn for turn in self.activations if turn.has_come(now)]
        return come[-1] if come else None

    def scheduled(self, now: datetime) -> Event | None:
        """Return what is still to come, if anything."""
        return next((turn for turn in self.activations if not turn.has_come(now)), None)

    def before(self, now: datetime) -> str | None:
        """Return the digest that was in force before the one that is: what a rollback leads to."""
        come = [turn.digest for turn in self.activations if turn.has_come(now)]
        return next((digest for digest in reversed(come) if digest != come[-1]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every process polls: the timelines, and approved versions likely to come next.

    `number` changes with every act on policies, waivers and standing facts. `grants` are the
    waivers that are granted and not revoked, by policy set, and `facts` the documents of the
    standing facts that are not withdrawn.
    """

    number: int
    timelines: tuple[Timeline, ...]
    expected: tuple[tuple[str, str], ...]
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    facts: tuple[Mapping[str, object], ...] = ()


# --- rows -------------------------------------------------------------------------------------


def read_number(connection: Connection) -> int:
    """Return the number of the plan: it changes with acts on policies, waivers, standing facts."""
    newest = select(
        select(func.max(_EVENT.index)).scalar_subquery(),
        select(func.max(standing_fact_version.c.index)).scalar_subquery(),
    )
    policies, facts = connection.execute(newest).one()
    return max(policies or 0, facts or 0, read_last_act(connection))


def row_of(name: str, digest: str) -> Select[Any]:
    """Return the query of one version."""
    return select(policy_set_version).where(_VERSION.policy_set == name, _VERSION.digest == digest)


def read_revision(connection: Connection, name: str) -> int:
    """Return the revision of a set. Raises `NotFound`."""
    query = select(policy_set.c.revision).where(policy_set.c.name == name)
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound(f"there is no policy set `{name[:64]}`")
    return int(found)


def find_version(connection: Connection, name: str, digest: str) -> SetVersion:
    """Return a version by its digest, or by its first digits. Raises `NotFound`."""
    read_revision(connection, name)
    digits = digest.removeprefix(_DIGEST_MARK)
    if len(digits) >= _SHORTEST and digits.isascii() and digits.isalnum():
        query = select(policy_set_version).where(
            _VERSION.policy_set == name,
            _VERSION.digest.startswith(f"{_DIGEST_MARK}{digits}", autoescape=True),
        )
        rows = connection.execute(query.limit(2)).all()
        if len(rows) == 1:
            return version_of(connection, rows[0])
    raise NotFound(f"the policy set `{name}` has no version `{digest[:128]}`")


def version_of(connection: Connection, row: Row[Any]) -> SetVersion:
    """Return the version of a row, with its history."""
    query = (
        select(policy_event)
        .where(_EVENT.policy_set == row.policy_set, _EVENT.digest == row.digest)
        .order_by(_EVENT.index)
    )
    return SetVersion(
        policy_set=row.policy_set,
        digest=row.digest,
        state=State(row.state),
        revision=row.revision,
        is_sound=row.is_sound,
        report=row.report,
        events=tuple(_event(each) for each in connection.execute(query).mappings()),
    )


def _event(row: RowMapping) -> Event:
    return Event(
        index=row["index"],
        digest=row["digest"],
        transition=Transition(row["transition"]),
        actor=row["actor"],
        reason=row["reason"],
        at=row["at"],
        in_force_from=row["in_force_from"],
        is_cancelled=row["cancelled"] is not None,
    )


def read_timeline(connection: Connection, name: str) -> Timeline:
    """Return that of a set. Raises `NotFound`."""
    return Timeline(
        policy_set=name,
        revision=read_revision(connection, name),
        activations=_turns(connection, name),
    )


def read_timelines(connection: Connection) -> tuple[Timeline, ...]:
    """Return those of all sets, by name."""
    names = connection.execute(select(policy_set.c.name).order_by(policy_set.c.name)).scalars()
    return tuple(read_timeline(connection, name) for name in names.all())


def _turns(connection: Connection, name: str) -> tuple[Event, ...]:
    query = (
        select(policy_event)
        .where(
            _EVENT.policy_set == name,
            _EVENT.in_force_from.is_not(None),
            _EVENT.cancelled.is_(None),
        )
        .order_by(_EVENT.in_force_from, _EVENT.index)
    )
    return tuple(_event(row) for row in connection.execute(query).mappings())


def read_expected(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return the version of each set that was approved last: it may be asked for at any time."""
    newest = (
        select(func.max(_EVENT.index))
        .where(_EVENT.transition == Transition.APPROVE)
        .group_by(_EVENT.policy_set)
    )
    query = select(_EVENT.policy_set, _EVENT.digest).where(_EVENT.index.in_(newest))
    return tuple((row.policy_set, row.digest) for row in connection.execute(query).all())
