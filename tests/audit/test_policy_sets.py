"""Policy sets in the database, and their steps as the log and the verifier tell them."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.audit.canonical import canonical
from engine.audit.entries.act_leaves import ACTOR, PolicyLeaf
from engine.audit.entries.acts import PolicyChange, Transition
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.verification.verify_log import verify_log
from engine.audit.workflows.publications import PublicationChecker, same_person
from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, NotFound
from engine.storage.governance.changes import ChangeOrder, OutdatedRevision, WrongState
from engine.storage.governance.policies import PolicyVersion, PolicyVersions, policy_version
from engine.storage.governance.policy_sets import CheckReport, OwnVersion, PolicySets
from engine.storage.log.tile_log import TileLog
from tests.audit.conftest import NOON, Clock
from tests.audit.published import KEY, published

SOUND = CheckReport(report=b'{"engine":"1"}', is_sound=True)
UNSOUND = replace(SOUND, is_sound=False)
ANNA, BEN = ChangeOrder(actor="anna"), ChangeOrder(actor="ben")


def bundle(number: int) -> PolicyVersion:
    return policy_version("house", {"a.policy": f"# {number}\n"})


@pytest.fixture
def sets(database: Database, clock: Clock) -> PolicySets:
    return PolicySets(database, clock=clock)


def approved(sets: PolicySets, number: int, name: str = "house") -> str:
    version = bundle(number)
    sets.add(name, version, SOUND, actor="anna")
    sets.move(name, version.digest, Transition.SUBMIT, ANNA)
    sets.move(name, version.digest, Transition.APPROVE, BEN)
    return version.digest


def report_of(database: Database) -> VerificationReport:
    stream, log = io.BytesIO(), TileLog(database)
    head = log.head()
    entries = log.entries(size=head.size)
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    stream.seek(0)
    return verify_export(stream)


def test_whole_life_of_a_version_is_in_the_log_and_verifies(
    sets: PolicySets, database: Database
) -> None:
    first, second = approved(sets, 1), approved(sets, 2)
    sets.activate("house", first, replace(BEN, reason="at last"), since=None)
    line = sets.activate("house", second, BEN, since=None)
    assert [turn.digest for turn in line.activations] == [first, second]
    line = sets.roll_back("house", BEN)
    now = NOON + timedelta(days=1)
    turn = line.at(now)
    assert turn is not None
    assert (turn.digest, line.before(now)) == (first, second)
    history = sets.version("house", first.removeprefix("sha256:")[:12]).events
    assert [each.transition for each in history] == [
        Transition.UPLOAD,
        Transition.SUBMIT,
        Transition.APPROVE,
        Transition.ACTIVATE,
        Transition.ROLLBACK,
    ]
    report = report_of(database)
    assert (report.faults, report.entries) == ((), 9)


def test_import_is_in_force_and_only_the_first(sets: PolicySets) -> None:
    imported = {"actor": "administrator", "transition": Transition.IMPORT}
    sets.add("house", bundle(1), SOUND, **imported)  # type: ignore[arg-type] # As named above.
    turn = sets.timeline("house").at(NOON)
    assert turn is not None
    assert turn.is_at_once
    with pytest.raises(WrongState, match="has versions already"):
        sets.add("house", bundle(2), SOUND, **imported)  # type: ignore[arg-type] # Likewise.


def test_same_version_again_changes_nothing(sets: PolicySets) -> None:
    made, is_new = sets.add("house", bundle(1), SOUND, actor="anna")
    again, is_new_again = sets.add("house", bundle(1), UNSOUND, actor="ben")
    assert (again, is_new, is_new_again) == (made, True, False)
    other, is_new = sets.add("other", bundle(1), SOUND, actor="ben")
    assert (other.digest, is_new) == (made.digest, True)
    assert [each.digest for each in sets.versions("house")] == [made.digest]


def test_files_under_a_digest_of_others_are_refused(sets: PolicySets, database: Database) -> None:
    PolicyVersions(database).keep(replace(bundle(1), files=b"{}"))
    with pytest.raises(Conflict, match="other files"):
        sets.add("house", bundle(1), SOUND, actor="anna")
    with pytest.raises(NotFound):
        sets.versions("house")


@pytest.mark.parametrize("author", ["anna", "Anna", " ANNA "])
def test_author_does_not_approve(sets: PolicySets, author: str) -> None:
    sets.add("house", bundle(1), SOUND, actor="anna")
    sets.move("house", bundle(1).digest, Transition.SUBMIT, ChangeOrder(actor="carl"))
    for each in (author, "carl"):
        with pytest.raises(OwnVersion):
            sets.move("house", bundle(1).digest, Transition.APPROVE, ChangeOrder(actor=each))
    sets.move("house", bundle(1).digest, Transition.APPROVE, BEN)


def test_unsound_version_goes_nowhere(sets: PolicySets) -> None:
    made, _ = sets.add("house", bundle(1), UNSOUND, actor="anna")
    with pytest.raises(WrongState, match="its tests fail"):
        sets.move("house", made.digest, Transition.SUBMIT, ANNA)
    sets.renew(made, SOUND)
    sets.move("house", made.digest, Transition.SUBMIT, ANNA)
    version = sets.move("house", made.digest, Transition.APPROVE, BEN)
    sets.renew(version, UNSOUND)
    with pytest.raises(WrongState, match="its tests fail"):
        sets.activate("house", made.digest, BEN, since=None)


@pytest.mark.parametrize(
    ("transition", "words"),
    [
        (Transition.APPROVE, "the version is a draft: only what is in review is approved"),
        (Transition.REJECT, "the version is a draft: only what is in review is rejected"),
    ],
)
def test_step_out_of_order(sets: PolicySets, transition: Transition, words: str) -> None:
    made, _ = sets.add("house", bundle(1), SOUND, actor="anna")
    with pytest.raises(WrongState) as caught:
        sets.move("house", made.digest, transition, BEN)
    assert str(caught.value) == words


def test_revision_that_is_outdated(sets: PolicySets) -> None:
    digest = approved(sets, 1)
    version, line = sets.version("house", digest), sets.timeline("house")
    with pytest.raises(OutdatedRevision):
        sets.activate(
            "house", digest, replace(BEN, expected_revisions={line.revision - 1}), since=None
        )
    sets.activate("house", digest, replace(BEN, expected_revisions={line.revision}), since=None)
    with pytest.raises(OutdatedRevision):
        sets.roll_back("house", replace(BEN, expected_revisions={line.revision}))
    with pytest.raises(OutdatedRevision):
        sets.move(
            "house", digest, Transition.SUBMIT, replace(ANNA, expected_revisions={version.revision})
        )


def test_schedule_is_one_and_a_rollback_cancels_it(sets: PolicySets) -> None:
    first, second, third = (approved(sets, number) for number in (1, 2, 3))
    soon, later = NOON + timedelta(days=10), NOON + timedelta(days=20)
    sets.activate("house", first, BEN, since=None)
    sets.activate("house", second, BEN, since=None)
    sets.activate("house", third, BEN, since=later)
    line = sets.activate("house", third, BEN, since=soon)
    assert [turn.in_force_from for turn in line.activations[2:]] == [soon]
    turns = [line.at(soon - timedelta(microseconds=1)), line.at(soon), line.scheduled(soon)]
    assert [None if turn is None else turn.digest for turn in turns] == [second, third, None]
    with pytest.raises(ValueError, match="is over"):
        sets.activate("house", third, BEN, since=NOON - timedelta(days=1))
    line = sets.roll_back("house", BEN)
    assert (line.scheduled(NOON + timedelta(days=1)), line.activations[-1].digest) == (None, first)


def test_rollback_needs_another_version(sets: PolicySets) -> None:
    digest = approved(sets, 1)
    for _ in range(2):
        with pytest.raises(WrongState, match="no other version"):
            sets.roll_back("house", BEN)
        sets.activate("house", digest, BEN, since=None)


def test_plan_has_what_may_come_next(sets: PolicySets) -> None:
    assert (sets.plan().number, sets.plan().timelines, sets.number()) == (0, (), 0)
    approved(sets, 1)
    second, other = approved(sets, 2), approved(sets, 3, "other")
    plan = sets.plan()
    assert sorted(plan.expected) == [("house", second), ("other", other)]
    assert [line.policy_set for line in plan.timelines] == ["house", "other"]
    assert plan.number == sets.number() > 0


@pytest.mark.parametrize("digest", ["0" * 12, "sha256:" + "0" * 64, "short", "%" * 20, "é" * 12])
def test_version_that_is_not_there(sets: PolicySets, digest: str) -> None:
    with pytest.raises(NotFound, match="no policy set"):
        sets.version("house", digest)
    approved(sets, 1)
    with pytest.raises(NotFound, match="has no version"):
        sets.version("house", digest)


def test_reason_that_the_log_cannot_have(sets: PolicySets) -> None:
    sets.add("house", bundle(1), SOUND, actor="anna")
    with pytest.raises(RecordError):
        sets.move(
            "house", bundle(1).digest, Transition.SUBMIT, ChangeOrder(actor="anna", reason="\ud800")
        )
    assert len(sets.version("house", bundle(1).digest).events) == 1


# --- what the verifier says -------------------------------------------------------------------


def change(
    transition: Transition,
    actor: str,
    entries: tuple[tuple[int, int], ...] = (),
    since: datetime | None = None,
) -> PolicyChange:
    return PolicyChange(
        entries=entries,
        transition=transition,
        policy_set="house",
        digest="sha256:00",
        actor=actor,
        in_force_from=since,
    )


def codes(changes: Sequence[PolicyChange]) -> list[tuple[int | None, str]]:
    """Return what an export and a published log of some changes have wrong."""
    entries, head = sequence(LogHead(), [seal_act(each) for each in changes], NOON)
    stream = io.BytesIO()
    tree = TreeHead(size=head.frontier.size, root=head.frontier.root())
    write_export(stream, head=tree, entries=entries, exported_at=NOON)
    stream.seek(0)
    found = [(each.index, each.code) for each in verify_export(stream).faults]
    in_order = [each for each in found if each[1] == "publication_out_of_order"]
    served = verify_log(published([each.leaf for each in entries]), [KEY.verifier]).faults
    assert [(each.index, each.code) for each in served] == in_order
    return found


UPLOAD = change(Transition.UPLOAD, "anna")
SUBMIT = change(Transition.SUBMIT, "anna", ((0, 1),))
APPROVE = change(Transition.APPROVE, "ben", ((1, 2),))


def test_story_that_is_in_order() -> None:
    assert (
        codes([UPLOAD, SUBMIT, APPROVE, change(Transition.ACTIVATE, "ben", ((2, 3),), NOON)]) == []
    )


def test_author_who_approved_is_named() -> None:
    own = replace(APPROVE, actor="Anna")
    assert codes([UPLOAD, SUBMIT, own]) == [(2, "approved_by_author")]


def test_step_that_was_left_out_is_named() -> None:
    activated = change(Transition.ACTIVATE, "ben", ((0, 1),), NOON)
    assert codes([UPLOAD, activated]) == [(1, "publication_out_of_order")]
    assert codes([replace(activated, entries=())]) == [(0, "publication_out_of_order")]


def test_import_into_a_set_that_is_there_is_named() -> None:
    first = change(Transition.IMPORT, "administrator", since=NOON)
    second = replace(first, digest="sha256:01")
    assert codes([first, second]) == [(1, "publication_out_of_order")]
    assert codes([first, replace(second, policy_set="other")]) == []


def test_step_that_names_another_before_it_is_named() -> None:
    assert codes([UPLOAD, SUBMIT, replace(APPROVE, entries=((0, 1),))]) == [
        (2, "publication_out_of_order")
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        change(Transition.SUBMIT, "anna", since=NOON),
        change(Transition.ACTIVATE, "ben"),
    ],
)
def test_leaf_with_a_time_that_does_not_fit(wrong: PolicyChange) -> None:
    with pytest.raises(RecordError, match="comes into force"):
        read_leaf(seal_act(wrong).leaf(NOON))


def test_leaf_byte_by_byte() -> None:
    sealed = seal_act(change(Transition.ACTIVATE, "ben", ((2, 3),), NOON), salt=lambda: bytes(16))
    digests = sorted(each.digest() for each in sealed.disclosures)
    assert [each.name for each in sealed.disclosures] == ["actor", "reason"]
    leaf = sealed.leaf(NOON)
    assert leaf == canonical(
        {
            "_sd": digests,
            "_sd_alg": "sha-256",
            "digest": "sha256:00",
            "entries": [[2, 3]],
            "id": sealed.id,
            "in_force_from": "2026-10-05T12:00:00.000000Z",
            "kind": "policy",
            "logged_at": "2026-10-05T12:00:00.000000Z",
            "policy_set": "house",
            "transition": "activate",
            "v": 1,
        }
    )
    for wrong in (leaf.replace(b"2026-10-05T12:00:00.000000Z", b"2026-13-05T12:00:00.000000Z"),):
        with pytest.raises(RecordError):
            read_leaf(wrong)
    assert isinstance(read_leaf(leaf), PolicyLeaf)


def test_names_of_one_person() -> None:
    assert same_person("Zo\u00eb", "ZOE\u0308")
    assert not same_person("anna", "ben")
    leaf = read_leaf(seal_act(UPLOAD).leaf(NOON))
    assert isinstance(leaf, PolicyLeaf)
    assert list(PublicationChecker().faults(0, leaf, {ACTOR: None})) == []
