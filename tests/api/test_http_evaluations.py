"""Several evaluations of AuthZEN in one request: bounded, in order, and none of them lost."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from api.http.authzen import evaluations as module
from api.http.authzen.mapping import MOST_EVALUATIONS
from api.in_force.policies import NotFresh
from engine.audit.entries.record import DecisionRecord
from engine.audit.errors import LogError, RecordError
from engine.audit.log import Answer, Committer, LogBusy
from engine.storage.errors import StorageUnavailable
from tests.api.installation import Caller, Document, allowed, campaign

MANY = "/access/v1/evaluations"
ASKED = {"subject": {"type": "user", "id": "ad-ops"}, "action": {"name": "launch"}}


def item(descriptor: Document) -> Document:
    return {"resource": {"type": "campaign", "id": descriptor["id"], "properties": descriptor}}


YES, NO = item(allowed()), item(campaign())


def evaluations(api: Caller, items: list[Document], semantic: str = "execute_all") -> Any:
    body = {**ASKED, "evaluations": items, "options": {"evaluations_semantic": semantic}}
    with api.post(body, MANY) as answer:
        assert answer.status_code == 200, answer.data
        return json.loads(answer.data)["evaluations"]


def ids(made: list[Document]) -> list[str]:
    return [each["context"]["id"] for each in made if "id" in each["context"]]


def logged(api: Caller) -> list[str]:
    """Return the ids of what is logged, the first one first."""
    found = json.loads(api.get("/v1/decisions?limit=500").data)["items"]
    return [each["id"] for each in reversed(found)]


class Commits:
    """Counts the records that are handed to the log at a time; `failure` is what becomes of all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: list[int] = []
        self.failure: LogError | None = None
        append = Committer.append_many

        def counted(log: Committer, records: Iterable[DecisionRecord]) -> tuple[Answer, ...]:
            given = list(records)
            self.counts.append(len(given))
            if self.failure is not None:
                return tuple(self.failure for _ in given)
            return append(log, given)

        monkeypatch.setattr(Committer, "append_many", counted)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    return Commits(monkeypatch)


def test_items_are_recorded_together_and_answered_in_order(fresh: Caller, commits: Commits) -> None:
    items = [(YES, NO, {})[number % 3] for number in range(MOST_EVALUATIONS)]
    made = evaluations(fresh, items)
    expected = [(True, False, False)[number % 3] for number in range(MOST_EVALUATIONS)]
    assert [each["decision"] for each in made] == expected
    assert ["error" in each["context"] for each in made] == [each == {} for each in items]
    assert commits.counts == [sum(each != {} for each in items)]
    assert ids(made) == logged(fresh)
    body = {**ASKED, "evaluations": [*items, YES]}
    with fresh.post(body, MANY) as answer:
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
        assert f"at most {MOST_EVALUATIONS} items".encode() in answer.data


@pytest.mark.parametrize("semantic", ["deny_on_first_deny", "permit_on_first_permit"])
def test_what_may_end_with_any_item_is_recorded_one_by_one(
    fresh: Caller, commits: Commits, semantic: str
) -> None:
    goes_on, ends = (YES, NO) if semantic == "deny_on_first_deny" else (NO, YES)
    made = evaluations(fresh, [goes_on, goes_on, ends, goes_on], semantic)
    assert len(made) == 3
    assert commits.counts == [1, 1, 1]
    assert ids(made) == logged(fresh)


def test_what_waits_to_be_recorded_is_bounded(
    fresh: Caller, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One campaign beside the items may be the default of all: what it takes is taken each time."""
    monkeypatch.setattr(module, "GROUP_BYTES", 100_000)
    body = {**ASKED, **item(allowed(name="x" * 40_000)), "evaluations": [{}] * 7}
    with fresh.post(body, MANY) as answer:
        made = json.loads(answer.data)["evaluations"]
    assert commits.counts == [3, 3, 1]
    assert ids(made) == logged(fresh)


@pytest.mark.parametrize(
    ("error", "statuses"),
    [
        (NotFresh("nobody can say"), [503, 503]),
        (StorageUnavailable("the disk is gone"), [503, 503]),
        (RuntimeError("a defect"), [500, None]),
    ],
)
def test_what_fails_midway_loses_no_answer(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception, statuses: list[int | None]
) -> None:
    """What the service cannot do at the moment is not tried for each item that is left."""
    policies = fresh.app.extensions["policies"]
    choose, asked = policies.engine, 0

    def fading(name: str) -> Any:
        nonlocal asked
        asked += 1
        if asked == 4:
            raise error
        return choose(name)

    monkeypatch.setattr(policies, "engine", fading)
    made = evaluations(fresh, [YES] * 5)
    found = [each["context"].get("error", {}).get("status") for each in made]
    assert found == [None, None, None, *statuses]
    assert [each["decision"] for each in made] == [each is None for each in found]
    assert ids(made) == logged(fresh)


@pytest.mark.parametrize(
    ("failure", "tried"),
    [(LogBusy(retry_after=1), 1), (RecordError("the leaf would be too long"), 3)],
)
def test_log_that_takes_nothing_is_not_waited_for_by_each_item(
    fresh: Caller, commits: Commits, failure: LogError, tried: int
) -> None:
    commits.failure = failure
    made = evaluations(fresh, [YES] * 3, "permit_on_first_permit")
    assert [each["decision"] for each in made] == [False] * 3
    assert all(each["context"]["error"]["status"] in (422, 503) for each in made)
    assert len(commits.counts) == tried
    assert logged(fresh) == []
