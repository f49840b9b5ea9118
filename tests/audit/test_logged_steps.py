"""Who took the steps before is asked of the log: an altered row makes no second person."""

import pytest
from sqlalchemy import text

from engine.audit.entries.acts import Transition
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.waivers import Waivers
from tests.audit.conftest import Clock
from tests.audit.test_policy_sets import ANNA, BEN, SOUND, approved, bundle
from tests.audit.test_waivers import REQUEST, ROLE

ALTERED = [
    "UPDATE policy_event SET actor = 'dora'",
    "UPDATE policy_event SET transition = 'reject' WHERE transition = 'upload'",
    "UPDATE policy_set_version SET state = 'in review' WHERE state = 'rejected'",
    "DELETE FROM policy_event WHERE transition = 'submit'",
    "UPDATE disclosure SET disclosure = 'x' WHERE name = 'actor'",
]


@pytest.fixture
def sets(database: Database, clock: Clock) -> PolicySets:
    return PolicySets(database, clock=clock)


def alter(database: Database, change: str) -> None:
    with database.writing() as connection:
        assert connection.execute(text(change)).rowcount > 0


@pytest.mark.parametrize("change", ALTERED)
def test_nobody_approves_by_an_altered_row(
    sets: PolicySets, database: Database, change: str
) -> None:
    """The row could be put back behind it: only a verifier would see who had approved."""
    version = bundle(1)
    sets.add("house", version, SOUND, actor="anna")
    sets.move("house", version.digest, Transition.SUBMIT, ANNA)
    if "rejected" in change:
        sets.move("house", version.digest, Transition.REJECT, BEN)
    alter(database, change)
    with pytest.raises(LogInconsistent, match=r"the steps of the version `sha256:.*` are not"):
        sets.move("house", version.digest, Transition.APPROVE, ANNA)


def test_nothing_comes_into_force_by_an_altered_row(sets: PolicySets, database: Database) -> None:
    first, _ = approved(sets, 1), approved(sets, 2)
    draft = bundle(3)
    sets.add("house", draft, SOUND, actor="anna")
    alter(database, "UPDATE policy_set_version SET state = 'approved'")
    with pytest.raises(LogInconsistent, match="the steps of the version"):
        sets.activate("house", draft.digest, ANNA, since=None)
    sets.activate("house", first, BEN, since=None)


def test_nothing_is_imported_or_uploaded_again(sets: PolicySets, database: Database) -> None:
    """An import needs no second person; the tables are as of before, and the log is not."""
    version = bundle(1)
    sets.add("house", version, SOUND, actor="anna")
    alter(database, "DELETE FROM policy_event")
    alter(database, "DELETE FROM policy_set_version")
    with pytest.raises(LogInconsistent, match="nothing of the version is kept in the set `house`"):
        sets.add("house", version, SOUND, actor="anna")
    alter(database, "DELETE FROM policy_set")
    with pytest.raises(LogInconsistent, match="nothing is kept of the policy set `house`"):
        sets.add("house", bundle(2), SOUND, actor="anna", transition=Transition.IMPORT)


def test_no_rollback_leads_elsewhere(sets: PolicySets, database: Database) -> None:
    for number in (1, 2, 3):
        sets.activate("house", approved(sets, number), BEN, since=None)
    alter(database, 'UPDATE policy_event SET cancelled = 0 WHERE "index" = 7')
    with pytest.raises(LogInconsistent, match="`policy_event`: 7 is not kept as in force"):
        sets.roll_back("house", BEN)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE waiver_event SET actor = 'dora'",
        "UPDATE waiver SET state = 'requested' WHERE state = 'refused'",
        "UPDATE waiver SET until = '2099-01-01'",
        "UPDATE waiver SET policy_set = 'other'",
    ],
)
def test_nobody_grants_by_an_altered_row(database: Database, clock: Clock, change: str) -> None:
    waivers = Waivers(database, clock=clock)
    asked = waivers.request(REQUEST, actor="anna")
    if "refused" in change:
        waivers.refuse(asked.id, BEN)
    alter(database, change)
    with pytest.raises(LogInconsistent, match=f"the steps of the waiver `{asked.id}` are not"):
        waivers.grant(asked.id, ROLE, ChangeOrder(actor="anna"))
