"""Whether the tables of policies, waivers, facts and keys say what the log's entries say.

Who approved a version, and when it came into force, is told from tables: so are the steps of a
waiver, the versions of a standing fact, and who has which API key. Each row is of one entry. That
the entries are those of the log, with what they disclose, is for its verifier; this compares the
rows with the entries.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, select

from ...audit.entries.act_leaves import (
    ACTOR,
    REASON,
    TERMS,
    TEXT,
    FactLeaf,
    KeyLeaf,
    PolicyLeaf,
    WaiverLeaf,
)
from ...audit.entries.acts import FactTransition, KeyChange, WaiverStep
from ...audit.entries.sealed_acts import ActEntry
from ...audit.instants import instant, rfc3339
from ...audit.workflows.publications import NEXT as NEXT_STATE
from ...audit.workflows.publications import State
from ...audit.workflows.waivers import NEXT as NEXT_STEP
from ...audit.workflows.waivers import WaiverState
from ...bundle.grants import Approval, written
from ...evaluation.operations.days import day_of
from ..databases.database import Database
from ..errors import ContentsUnread, LogInconsistent
from ..keys import adopted_terms_of
from ..log.entries import act_leaf, act_leaves, read_entries
from ..log.leaf_kinds import is_act
from ..schema import (
    api_key,
    policy_event,
    policy_set,
    policy_set_version,
    policy_version,
    standing_fact,
    standing_fact_version,
    waiver,
    waiver_event,
)
from ..sealed.contents import BOUND, Contents, is_of
from .fact_versions import versions_of
from .logged_plan import cancellations
from .waiver_rows import find_waiver
from .waivers import granted_text

_Leaf: TypeAlias = PolicyLeaf | WaiverLeaf | FactLeaf | KeyLeaf
_Act: TypeAlias = tuple[ActEntry, _Leaf, Mapping[str, str | None]]
"""An entry, its leaf, and what it discloses."""

_Said: TypeAlias = Mapping[Any, Mapping[str, object]]
"""What a table says, or has to say, by the key of its rows."""

_DAY = timedelta(days=1)


def check_registers(database: Database) -> None:
    """Compare the tables with the entries of the log; changes nothing.

    Raises `LogInconsistent` where one says something else, and `StorageUnavailable`.
    """
    with database.reading() as connection:
        _check_policies(connection, list(_acts(connection, "policy", PolicyLeaf)))
        _check_waivers(connection, list(_acts(connection, "waiver", WaiverLeaf)))
        _check_facts(connection, list(_acts(connection, "fact", FactLeaf)))
        _check_statements(connection, database.contents)
        _check_keys(connection, list(_acts(connection, "key", KeyLeaf)))


def _acts(connection: Connection, kind: str, shape: type[_Leaf]) -> Iterator[_Act]:
    for entry in read_entries(connection, is_act(kind), None):
        assert isinstance(entry, ActEntry)  # noqa: S101 - of another kind than decisions.
        leaf = act_leaf(entry.index, entry.leaf, shape, f"of kind `{kind}`")
        yield entry, leaf, {each.name: each.value for each in entry.disclosures}


# --- policies ---------------------------------------------------------------------------------


def _check_policies(connection: Connection, acts: Iterable[_Act]) -> None:
    events: dict[int, dict[str, object]] = {}
    states: dict[tuple[str, str], State | None] = {}
    cancelled = cancellations(act_leaves(connection, "policy", PolicyLeaf))
    for entry, leaf, disclosed in acts:
        assert isinstance(leaf, PolicyLeaf)  # noqa: S101 - as they were read.
        since = None if leaf.in_force_from is None else instant(leaf.in_force_from)
        events[entry.index] = {
            "policy_set": leaf.policy_set,
            "digest": leaf.digest,
            "transition": leaf.transition,
            **_by(entry, disclosed),
            "in_force_from": since,
            "cancelled": cancelled.get(entry.index),
        }
        key = leaf.policy_set, leaf.digest
        states[key] = NEXT_STATE.get((states.get(key), leaf.transition), states.get(key))
    _compare("policy_event", events, _said(connection, select(policy_event), "index"))
    # Every act on a version is a revision more of it, and of its set.
    revisions = Counter((each["policy_set"], each["digest"]) for each in events.values())
    of_sets = Counter(each["policy_set"] for each in events.values())
    sets = {name: {"revision": count} for name, count in of_sets.items()}
    _compare("policy_set", sets, _said(connection, select(policy_set), "name"))
    versions = {k: {"state": each, "revision": revisions[k]} for k, each in states.items()}
    of_set = _said(connection, select(policy_set_version), "policy_set", "digest")
    _compare("policy_set_version", versions, of_set)
    kept = dict(connection.execute(select(policy_version.c.digest, policy_version.c.files)).all())
    for _, digest in states:
        if digest not in kept:
            raise LogInconsistent(f"the table `policy_version` has nothing of `{digest}`")
    for digest, files in kept.items():
        # SQLite may have a text where bytes belong.
        is_kept = isinstance(files, bytes) and _digest_of(files) == digest
        if not is_kept:
            raise LogInconsistent(f"the table `policy_version` has other policies under `{digest}`")


def _digest_of(files: bytes) -> str:
    return f"sha256:{hashlib.sha256(files).hexdigest()}"


# --- waivers ----------------------------------------------------------------------------------


def _check_waivers(connection: Connection, acts: Iterable[_Act]) -> None:
    events: dict[int, dict[str, object]] = {}
    waivers: dict[str, dict[str, object]] = {}
    states: dict[str, WaiverState | None] = {}
    texts: list[tuple[int, WaiverLeaf, datetime, str | None]] = []
    for entry, leaf, disclosed in acts:
        assert isinstance(leaf, WaiverLeaf)  # noqa: S101 - as they were read.
        events[entry.index] = {"waiver": leaf.waiver, "step": leaf.step, **_by(entry, disclosed)}
        if leaf.step is not WaiverStep.GRANT:  # Of a grant, the text has it.
            events[entry.index]["role"] = None
        known = waivers.setdefault(
            leaf.waiver,
            {
                "policy_set": leaf.policy_set,
                "rule": leaf.rule,
                "requester": disclosed.get(ACTOR),
                "requested": entry.index,
                "text": None,
            },
        )
        state = states.get(leaf.waiver)
        states[leaf.waiver] = NEXT_STEP.get((state, leaf.step), state)
        known["state"] = states[leaf.waiver]
        if leaf.step is WaiverStep.GRANT:
            known["text"] = disclosed.get(TEXT)
        texts.append((entry.index, leaf, entry.logged_at, disclosed.get(TEXT)))
    for name, revision in Counter(str(each["waiver"]) for each in events.values()).items():
        waivers[name]["revision"] = revision  # Every step is one more.
    _compare("waiver_event", events, _said(connection, select(waiver_event), "index"))
    _compare("waiver", waivers, _said(connection, select(waiver), "id"))
    for index, leaf, logged_at, text in texts:
        _check_text(connection, index, leaf, logged_at, text)


def _check_text(
    connection: Connection, index: int, leaf: WaiverLeaf, logged_at: datetime, text: str | None
) -> None:
    """Compare the terms of a waiver, and the role of its grant, with the text of the entry."""
    if leaf.step not in (WaiverStep.REQUEST, WaiverStep.GRANT):
        return
    found = find_waiver(connection, leaf.waiver)
    expected = {written(found.id, found.terms)}
    if leaf.step is WaiverStep.GRANT:
        event = next(each for each in found.events if each.index == index)
        # A grant is dated a moment before it is logged, which may be the day before.
        days = day_of(logged_at), day_of(logged_at) - _DAY
        approvals = [Approval(approver=event.actor, role=event.role or "", day=d) for d in days]
        expected = {granted_text(found, each) for each in approvals}
    if text not in expected:
        told = f"the terms of the waiver `{leaf.waiver}` are not those of entry {index}"
        raise LogInconsistent(f"{told}: the tables `waiver` and `waiver_event` differ from the log")


# --- standing facts ---------------------------------------------------------------------------


def _check_facts(connection: Connection, acts: Iterable[_Act]) -> None:
    versions: dict[int, dict[str, object]] = {}
    facts: dict[str, dict[str, object]] = {}
    for entry, leaf, disclosed in acts:
        assert isinstance(leaf, FactLeaf)  # noqa: S101 - as they were read.
        versions[entry.index] = {
            "fact": leaf.fact,
            "version": leaf.version,
            "transition": leaf.transition,
            "commitment": leaf.commitment,
            **_by(entry, disclosed),
        }
        is_withdrawn = leaf.transition is FactTransition.WITHDRAW
        first = facts.get(leaf.fact, {}).get("index", entry.index)
        facts[leaf.fact] = {
            "index": first,
            "version": leaf.version,
            "is_withdrawn": is_withdrawn,
        }
    rows = _said(connection, select(standing_fact_version), "index")
    _compare("standing_fact_version", versions, rows)
    _compare("standing_fact", facts, _said(connection, select(standing_fact), "id"))


def _check_statements(connection: Connection, contents: Contents | None) -> None:
    """Open what standing facts state, where the key store is at hand, and compare their subjects.

    That it is what was logged is looked at whenever it is opened.
    """
    query = select(standing_fact_version)
    is_sealed = connection.execute(BOUND).first() is not None  # Otherwise, none has a key.
    if is_sealed and (contents is None or not is_of(connection, contents)):
        query = query.where(standing_fact_version.c.key.is_(None))
    try:
        versions = versions_of(connection.execute(query).mappings().all(), contents)
    except ContentsUnread as error:
        raise LogInconsistent(str(error)) from error
    subjects = _said(connection, select(standing_fact), "id")
    for each in versions:
        row = subjects[each.fact]
        subject = {"kind": row["kind"], "name": row["name"]}
        if each.statement is not None and each.statement.get("subject") != subject:
            told = f"the table `standing_fact` has another subject of {each.fact}"
            raise LogInconsistent(f"{told} than what was logged")


# --- API keys ---------------------------------------------------------------------------------


def _check_keys(connection: Connection, acts: Iterable[_Act]) -> None:
    logged: dict[str, dict[str, object]] = {}
    for entry, leaf, disclosed in acts:
        assert isinstance(leaf, KeyLeaf)  # noqa: S101 - as they were read.
        at = rfc3339(entry.logged_at)
        if leaf.change is KeyChange.REVOKE:
            logged.setdefault(leaf.key, {})["revoked_at"] = at
        else:
            times = {"created_at": at, "revoked_at": None}
            logged[leaf.key] = times | _terms(entry, disclosed) | {"entry": entry.index}
    rows = _said(connection, select(api_key), "prefix")
    untold = next((key for key, row in rows.items() if row["entry"] is None), None)
    if untold is not None:
        told = f"the log does not tell of the API key `{untold}`: nobody made it by a command"
        raise LogInconsistent(f"{told}, or it is of before, and `assent migrate` has it told")
    kept = {key: adopted_terms_of(row) | {"entry": row["entry"]} for key, row in rows.items()}
    _compare("api_key", logged, kept)


def _terms(entry: ActEntry, disclosed: Mapping[str, str | None]) -> dict[str, object]:
    try:
        return dict(json.loads(disclosed.get(TERMS) or ""))
    except (ValueError, TypeError) as error:
        told = f"entry {entry.index} should say what a key may do, and does not"
        raise LogInconsistent(told) from error


# --- rows -------------------------------------------------------------------------------------


def _by(entry: ActEntry, disclosed: Mapping[str, str | None]) -> dict[str, object]:
    return {
        "actor": disclosed.get(ACTOR),
        "reason": disclosed.get(REASON),
        "at": entry.logged_at,
    }


def _said(connection: Connection, query: Select[Any], *key: str) -> _Said:
    """Return the rows of a table by their keys."""
    rows: Iterable[RowMapping] = connection.execute(query).mappings()
    found = [(tuple(row[name] for name in key), dict(row)) for row in rows]
    return {parts if len(parts) > 1 else parts[0]: row for parts, row in found}


def _compare(table: str, expected: _Said, found: _Said) -> None:
    """Raise `LogInconsistent` for the first row that is missing, was added, or says otherwise."""
    for key in [*expected, *(each for each in found if each not in expected)]:
        shown = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        where = f"the table `{table}`"
        if key not in found:
            raise LogInconsistent(f"{where} has nothing of {shown}, and the log has")
        if key not in expected:
            raise LogInconsistent(f"{where} has {shown}, and the log has nothing of it")
        for name, value in expected[key].items():
            if found[key].get(name) != value:
                raise LogInconsistent(f"{where} has another `{name}` of {shown} than the log")
