"""The steps of a waiver, and the terms that were granted."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Connection, select

from ...audit.entries.act_leaves import ACTOR, TEXT, WaiverLeaf
from ...audit.entries.acts import WaiverStep
from ...audit.workflows.waivers import NEXT, WaiverState
from ...bundle.grants import Approval, written
from ...evaluation.operations.days import day_of
from ..databases.database import Database
from ..errors import LogInconsistent
from ..governance.waiver_rows import find_waiver
from ..governance.waivers import granted_text
from ..schema import waiver, waiver_event
from .rows import Act, acts_of, compare_rows, said

_DAY = timedelta(days=1)


def compare_waivers(database: Database) -> None:
    """Compare waivers and their steps with the acts on waivers."""
    events: dict[int, dict[str, object]] = {}
    waivers: dict[str, dict[str, object]] = {}
    states: dict[str, WaiverState | None] = {}
    with database.reading() as connection:
        acts = list(acts_of(connection, "waiver", WaiverLeaf))
        for act in acts:
            leaf = act.leaf
            events[act.index] = {"waiver": leaf.waiver, "step": leaf.step, **act.by()}
            if leaf.step is not WaiverStep.GRANT:  # Of a grant, the text has it.
                events[act.index]["role"] = None
            known = waivers.setdefault(
                leaf.waiver,
                {
                    "policy_set": leaf.policy_set,
                    "rule": leaf.rule,
                    "requester": act.disclosed.get(ACTOR),
                    "requested": act.index,
                    "text": None,
                },
            )
            state = states.get(leaf.waiver)
            known["state"] = states[leaf.waiver] = NEXT.get((state, leaf.step), state)
            if leaf.step is WaiverStep.GRANT:
                known["text"] = act.disclosed.get(TEXT)
        for name, revision in Counter(str(each["waiver"]) for each in events.values()).items():
            waivers[name]["revision"] = revision  # Every step is one more.
        compare_rows("waiver_event", events, said(connection, select(waiver_event), "index"))
        compare_rows("waiver", waivers, said(connection, select(waiver), "id"))
        for act in acts:
            if act.leaf.step in (WaiverStep.REQUEST, WaiverStep.GRANT):
                _compare_text(connection, act)


def _compare_text(connection: Connection, act: Act[WaiverLeaf]) -> None:
    """Compare the terms of a waiver, and the role of its grant, with the text of the entry."""
    found = find_waiver(connection, act.leaf.waiver)
    expected = {written(found.id, found.terms)}
    if act.leaf.step is WaiverStep.GRANT:
        event = next(each for each in found.events if each.index == act.index)
        # A grant is dated a moment before it is logged, which may be the day before.
        days = day_of(act.logged_at), day_of(act.logged_at) - _DAY
        approvals = [Approval(approver=event.actor, role=event.role or "", day=d) for d in days]
        expected = {granted_text(found, each) for each in approvals}
    if act.disclosed.get(TEXT) not in expected:
        told = f"the terms of the waiver `{found.id}` are not those of entry {act.index}"
        raise LogInconsistent(f"{told}: the tables `waiver` and `waiver_event` differ from the log")
