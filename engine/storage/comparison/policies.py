"""Who approved a version, and when it came into force."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, select

from ...audit.entries.act_leaves import PolicyLeaf
from ...audit.instants import instant
from ...audit.workflows.publications import NEXT, State
from ...bundle.bundle import digest_of_text
from ..databases.database import Database
from ..errors import LogInconsistent
from ..governance.logged_plan import cancellations
from ..schema import policy_event, policy_set, policy_set_version, policy_version
from .rows import acts_of, compare_rows, said


def compare_policies(database: Database) -> None:
    """Compare policy sets, their versions and all steps of these with the acts on policies."""
    events: dict[int, dict[str, object]] = {}
    states: dict[tuple[str, str], State | None] = {}
    with database.reading() as connection:
        acts = list(acts_of(connection, "policy", PolicyLeaf))
        cancelled = cancellations((act.index, act.leaf) for act in acts)
        for act in acts:
            leaf = act.leaf
            since = None if leaf.in_force_from is None else instant(leaf.in_force_from)
            events[act.index] = {
                "policy_set": leaf.policy_set,
                "digest": leaf.digest,
                "transition": leaf.transition,
                **act.by(),
                "in_force_from": since,
                "cancelled": cancelled.get(act.index),
            }
            key = leaf.policy_set, leaf.digest
            states[key] = NEXT.get((states.get(key), leaf.transition), states.get(key))
        compare_rows("policy_event", events, said(connection, select(policy_event), "index"))
        # Every act on a version is a revision more of it, and of its set.
        revisions = Counter((each["policy_set"], each["digest"]) for each in events.values())
        of_sets = Counter(each["policy_set"] for each in events.values())
        sets = {name: {"revision": count} for name, count in of_sets.items()}
        compare_rows("policy_set", sets, said(connection, select(policy_set), "name"))
        versions = {k: {"state": each, "revision": revisions[k]} for k, each in states.items()}
        of_set = said(connection, select(policy_set_version), "policy_set", "digest")
        compare_rows("policy_set_version", versions, of_set)
        _compare_files(connection, [digest for _, digest in states])


def _compare_files(connection: Connection, digests: Iterable[str]) -> None:
    kept = dict(connection.execute(select(policy_version.c.digest, policy_version.c.files)).all())
    for digest in digests:
        if digest not in kept:
            raise LogInconsistent(f"the table `policy_version` has nothing of `{digest}`")
    for digest, files in kept.items():
        # SQLite may have a text where bytes belong.
        is_kept = isinstance(files, bytes) and digest_of_text(files) == digest
        if not is_kept:
            raise LogInconsistent(f"the table `policy_version` has other policies under `{digest}`")
