"""The steps of a version or a waiver, compared with the log before the next one is taken.

Who may take it depends on who took those before, and on what came of them. Both are read from
tables: with one altered row an author would approve, and with the row put back, only a verifier
would see it. Every function reads within the transaction of its caller.
"""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from ...audit.entries.act_leaves import ACTOR, TEXT, PolicyLeaf, WaiverLeaf
from ...audit.workflows.publications import NEXT as NEXT_OF_VERSION
from ...audit.workflows.publications import State
from ...audit.workflows.waivers import NEXT as NEXT_OF_WAIVER
from ...audit.workflows.waivers import WaiverState
from ...bundle.grants import written
from ..errors import LogInconsistent
from ..log.entries import act_leaves
from .logged_plan import disclosed
from .policy_set_rows import SetVersion
from .waiver_rows import RequestedWaiver

_Steps: TypeAlias = Mapping[int, tuple[str, str | None]]
"""What each step was and who took it, by its entry."""


def check_version(connection: Connection, version: SetVersion) -> None:
    """Raise `LogInconsistent` unless a version has the steps and the state that the log has."""
    of_version = version.policy_set, version.digest
    leaves = {
        index: leaf
        for index, leaf in act_leaves(connection, "policy", PolicyLeaf)
        if (leaf.policy_set, leaf.digest) == of_version
    }
    state: State | None = None
    for leaf in leaves.values():
        state = NEXT_OF_VERSION.get((state, leaf.transition), state)
    actors = disclosed(connection, leaves, ACTOR)
    logged = {index: (leaf.transition, actors.get(index)) for index, leaf in leaves.items()}
    kept = {each.index: (each.transition, each.actor) for each in version.events}
    _check(f"version `{version.digest}`", logged, kept, is_same=state == version.state)


def check_new(connection: Connection, name: str, digest: str, *, is_first: bool) -> None:
    """Raise `LogInconsistent` where the log knows a version, or a first one of its set, already."""
    for _, leaf in act_leaves(connection, "policy", PolicyLeaf):
        if leaf.policy_set == name and (is_first or leaf.digest == digest):
            what = "is kept of the policy set" if is_first else "of the version is kept in the set"
            told = f"nothing {what} `{name}`, and the log has steps of it"
            raise LogInconsistent(f"{told}; `assent verify` of the database says more")


def check_waiver(connection: Connection, found: RequestedWaiver) -> None:
    """Raise `LogInconsistent` unless a waiver has the steps, state and terms that the log has."""
    leaves = {
        index: leaf
        for index, leaf in act_leaves(connection, "waiver", WaiverLeaf)
        if leaf.waiver == found.id
    }
    state: WaiverState | None = None
    for leaf in leaves.values():
        state = NEXT_OF_WAIVER.get((state, leaf.step), state)
    actors, texts = (disclosed(connection, leaves, name) for name in (ACTOR, TEXT))
    logged = {index: (leaf.step, actors.get(index)) for index, leaf in leaves.items()}
    kept = {each.index: (each.step, each.actor) for each in found.events}
    is_same = state == found.state and texts.get(found.index) == written(found.id, found.terms)
    sets = {leaf.policy_set for leaf in leaves.values()}
    _check(f"waiver `{found.id}`", logged, kept, is_same=is_same and sets == {found.policy_set})


def _check(what: str, logged: _Steps, kept: _Steps, *, is_same: bool) -> None:
    if logged != kept or not is_same:
        told = f"the steps of the {what} are not those of the log, or led elsewhere"
        raise LogInconsistent(f"{told}; `assent verify` of the database says more")
