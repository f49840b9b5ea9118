"""Policy sets: the workflow that takes a version of policies, step by step, until it is in force.

A version is immutable and named by the digest of its files. Every change of its state is one
transaction: an entry of the log (`audit.entries.PolicyChange`), its row in `policy_event`, and the
new state. `audit.workflows.publications` defines the order of the steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from ...audit.entries.acts import PolicyChange, Transition
from ...audit.workflows.publications import AUTHORED, NEXT, State, same_person
from ..databases.database import announce
from ..errors import StorageError
from ..log.log_store import Appending
from ..log.register import Register
from ..schema import policy_event, policy_set, policy_set_version
from .changes import ChangeOrder, WrongState
from .logged_plan import check_plan
from .logged_steps import check_new, check_version
from .policies import PolicyVersion, keep_within
from .policy_set_rows import (
    Event,
    Plan,
    SetVersion,
    Timeline,
    find_version,
    read_expected,
    read_number,
    read_revision,
    read_timeline,
    read_timelines,
    row_of,
    version_of,
)
from .standing_fact_rows import current_facts
from .waiver_rows import read_grants

_EVENT = policy_event.c
_VERSION = policy_set_version.c


class OwnVersion(StorageError):  # noqa: N818 - the house names what happened; the base is an error.
    """An author of a version may not be the one to approve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was found of a version: the report as JSON, and whether it may come into force."""

    report: bytes
    is_sound: bool


class PolicySets(Register):
    """The policy sets of a database.

    Every method raises `StorageUnavailable`, and those that change something what `appending` does,
    and `RecordError` for an actor or a reason that the log cannot have.
    """

    # --- reading ------------------------------------------------------------------------------

    def number(self) -> int:
        """Return the number of the plan."""
        with self._database.reading() as connection:
            return read_number(connection)

    def plan(self) -> Plan:
        """Return what is in force, what is to come, and what is known beforehand.

        Raises `ContentsUnread` where a standing fact cannot be read, and `LogInconsistent` where
        anything is not as the log says.
        """
        with self._database.reading() as connection:
            check_plan(connection)
            return Plan(
                number=read_number(connection),
                timelines=read_timelines(connection),
                expected=read_expected(connection),
                grants=read_grants(connection),
                facts=current_facts(connection, self._database.contents),
            )

    def timelines(self) -> Sequence[Timeline]:
        """Return those of all sets, by name."""
        with self._database.reading() as connection:
            return read_timelines(connection)

    def timeline(self, name: str) -> Timeline:
        """Return that of one set. Raises `NotFound`."""
        with self._database.reading() as connection:
            return read_timeline(connection, name)

    def versions(self, name: str) -> Sequence[SetVersion]:
        """Return the versions of a set, the newest first. Raises `NotFound` for no such set."""
        query = select(policy_set_version).where(_VERSION.policy_set == name)
        with self._database.reading() as connection:
            read_revision(connection, name)
            found = [version_of(connection, row) for row in connection.execute(query).all()]
        return sorted(found, key=lambda each: each.events[0].index, reverse=True)

    def version(self, name: str, digest: str) -> SetVersion:
        """Return one version, by its digest or the first 12 digits of it or more.

        Raises `NotFound` where there is none, or more than one.
        """
        with self._database.reading() as connection:
            return find_version(connection, name, digest)

    # --- changing -----------------------------------------------------------------------------

    def add(
        self,
        name: str,
        bundle: PolicyVersion,
        finding: CheckReport,
        *,
        actor: str,
        transition: Transition = Transition.UPLOAD,
    ) -> tuple[SetVersion, bool]:
        """Add a version to a set, which is made if need be; returns whether it is new.

        What is there already stays what it is. With the transition `import` it is in force at once;
        that is for whoever prepares a service, and only for the first version of a set: raises
        `WrongState` for another.
        """
        change = PolicyChange(
            entries=(), transition=transition, policy_set=name, digest=bundle.digest, actor=actor
        )
        with self._appending() as log:
            connection = log.connection
            row = connection.execute(row_of(name, bundle.digest)).one_or_none()
            if row is not None:
                return version_of(connection, row), False
            is_first = _make_set(connection, name)
            if transition is Transition.IMPORT and not is_first:
                raise WrongState(f"the policy set `{name}` has versions already")
            check_new(connection, name, bundle.digest, is_first=is_first)
            keep_within(connection, bundle, log.now)
            _insert(connection, change, finding)
            since = log.now if transition is Transition.IMPORT else None
            self._log(log, replace(change, in_force_from=since))
            return find_version(connection, name, bundle.digest), True

    def renew(self, version: SetVersion, finding: CheckReport) -> None:
        """Replace what was found of a version, once another engine has looked at it."""
        renewed = update(policy_set_version).where(*_is(version.policy_set, version.digest))
        with self._database.writing() as connection:
            connection.execute(renewed.values(report=finding.report, is_sound=finding.is_sound))

    def move(
        self, name: str, digest: str, transition: Transition, order: ChangeOrder
    ) -> SetVersion:
        """Submit, approve or reject a version; the revision in the order is that of the version.

        Raises `NotFound`, `OutdatedRevision`, `WrongState`, and `OwnVersion` where an author
        approves.
        """
        with self._appending() as log:
            version = find_version(log.connection, name, digest)
            check_version(log.connection, version)
            order.check_seen(version.revision)
            state = _next(version, transition)
            if transition is Transition.SUBMIT:
                _check_sound(version)
            if transition is Transition.APPROVE:
                _check_not_own(version, order.actor)
            change = _change(version, transition, order)
            self._log(log, change, state=state)
            return find_version(log.connection, name, version.digest)

    def activate(
        self, name: str, digest: str, order: ChangeOrder, *, since: datetime | None
    ) -> Timeline:
        """Bring an approved version into force, now or at a time to come.

        One activation of a set waits at a time: another takes its place. The revision in the order
        is that of the set. Raises `NotFound`, `OutdatedRevision`, `WrongState`, and `ValueError`
        for a time that is over.
        """
        with self._appending() as log:
            timeline = read_timeline(log.connection, name)
            order.check_seen(timeline.revision)
            version = find_version(log.connection, name, digest)
            check_plan(log.connection)
            check_version(log.connection, version)
            _next(version, Transition.ACTIVATE)
            _check_sound(version)
            if since is not None and since <= log.now:
                raise ValueError("that time is over; leave it out to activate the version now")
            change = _change(version, Transition.ACTIVATE, order)
            self._log(
                log,
                replace(change, in_force_from=since or log.now),
                cancels=timeline.scheduled(log.now) if since is not None else None,
            )
            return read_timeline(log.connection, name)

    def roll_back(self, name: str, order: ChangeOrder) -> Timeline:
        """Put the version before the one in force back, and cancel an activation that waits.

        Raises `NotFound`, `OutdatedRevision`, and `WrongState` where there was none before.
        """
        with self._appending() as log:
            timeline = read_timeline(log.connection, name)
            order.check_seen(timeline.revision)
            check_plan(log.connection)
            digest = timeline.before(log.now)
            if digest is None:
                raise WrongState("no other version was in force before this one")
            version = find_version(log.connection, name, digest)
            check_version(log.connection, version)
            change = replace(_change(version, Transition.ROLLBACK, order), in_force_from=log.now)
            self._log(log, change, cancels=timeline.scheduled(log.now))
            return read_timeline(log.connection, name)

    def _log(
        self,
        log: Appending,
        change: PolicyChange,
        *,
        state: State | None = None,
        cancels: Event | None = None,
    ) -> None:
        """Append the entry of a change, and bring the tables to what it says."""
        connection = log.connection
        entry = log.append(change)
        if cancels is not None:
            cancelled = update(policy_event).where(_EVENT.index == cancels.index)
            connection.execute(cancelled.values(cancelled=entry.index))
        connection.execute(
            insert(policy_event).values(
                index=entry.index,
                policy_set=change.policy_set,
                digest=change.digest,
                transition=change.transition,
                actor=change.actor,
                reason=change.reason,
                at=entry.logged_at,
                in_force_from=change.in_force_from,
            )
        )
        _raise_revisions(connection, change, state)
        announce(connection)


def _change(version: SetVersion, transition: Transition, order: ChangeOrder) -> PolicyChange:
    return PolicyChange(
        entries=version.last,
        transition=transition,
        policy_set=version.policy_set,
        digest=version.digest,
        actor=order.actor,
        reason=order.reason,
    )


def _is(name: str, digest: str) -> tuple[ColumnElement[bool], ...]:
    return _VERSION.policy_set == name, _VERSION.digest == digest


def _insert(connection: Connection, change: PolicyChange, finding: CheckReport) -> None:
    connection.execute(
        insert(policy_set_version).values(
            policy_set=change.policy_set,
            digest=change.digest,
            state=NEXT[None, change.transition],
            revision=0,
            is_sound=finding.is_sound,
            report=finding.report,
        )
    )


def _raise_revisions(connection: Connection, change: PolicyChange, state: State | None) -> None:
    moved = update(policy_set).where(policy_set.c.name == change.policy_set)
    connection.execute(moved.values(revision=policy_set.c.revision + 1))
    moved = update(policy_set_version).where(*_is(change.policy_set, change.digest))
    values: dict[str, object] = {"revision": _VERSION.revision + 1}
    connection.execute(moved.values(values if state is None else values | {"state": state}))


def _make_set(connection: Connection, name: str) -> bool:
    """Make a set unless it is there; returns whether it was not."""
    found = connection.execute(select(policy_set.c.name).where(policy_set.c.name == name))
    if found.one_or_none() is not None:
        return False
    connection.execute(insert(policy_set).values(name=name, revision=0))
    return True


# --- what stands in the way -------------------------------------------------------------------


def _next(version: SetVersion, transition: Transition) -> State:
    state = NEXT.get((version.state, transition))
    if state is None:
        raise WrongState(f"the version is {_ARTICLES[version.state]}: {_ADVICE[transition]}")
    return state


_ARTICLES = {
    State.DRAFT: "a draft",
    State.IN_REVIEW: "in review",
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
}
_ADVICE = {
    Transition.SUBMIT: "only a draft, or what was rejected, is submitted",
    Transition.APPROVE: "only what is in review is approved",
    Transition.REJECT: "only what is in review is rejected",
    Transition.ACTIVATE: "only what is approved comes into force",
}


def _check_sound(version: SetVersion) -> None:
    if not version.is_sound:
        raise WrongState("its check has errors, or its tests fail; mend it, and upload it again")


def _check_not_own(version: SetVersion, actor: str) -> None:
    authors = [event.actor for event in version.events if event.transition in AUTHORED]
    if any(same_person(actor, author) for author in authors):
        raise OwnVersion("an author of a version cannot approve it; another person has to")
