"""`assent log query`: the decisions that a search by HTTP finds, from the database itself."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.cli import log_query
from engine.audit.entries.record import QueryColumns
from engine.storage.log.listing import LoggedDecision
from engine.storage.search import statistics

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]


@pytest.fixture
def logged(log_decisions: Log, campaign: dict[str, Any], denied: dict[str, Any]) -> list[str]:
    """Five decisions, one on each of the first days of November, behind entry 2; their ids.

    Two campaigns that break rules, one that is allowed, one of which too little is known, and one
    whose name would move what a terminal shows.
    """
    vague = {name: value for name, value in campaign.items() if name != "age"} | {"profiling": True}
    hostile = campaign | {"id": "\x1b[2J\nDENY"}
    ids = []
    for day, submitted in enumerate((denied, denied, campaign, vague, hostile), start=1):
        now = datetime(2026, 11, day, 12, tzinfo=UTC)
        ids += log_decisions(submitted, at=now, actor="nightly" if day == 2 else "pipeline")
    return ids


def _days(result: Result) -> list[int]:
    """Return the days of the decisions that were found, from the index of each."""
    assert result.exit_code == 0, result.output
    return [json.loads(line)["index"] - 2 for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ((), [5, 4, 3, 2, 1]),
        (("--outcome", "allow"), [5, 3]),
        (("--inconclusive",), [4]),
        (("--outcome", "deny", "--conclusive"), [2, 1]),
        (("--since", "2026-11-02", "--until", "2026-11-04"), [3, 2]),
        (("--campaign", "spring-2", "--actor", "nightly"), [2]),
        (("--rule", "minors/profiling"), [2, 1]),
        (("--rule", "minors/profiling", "--rule-status", "undetermined"), [4]),
        (("--policy-digest", f"sha256:{'0' * 64}"), []),
        (("--policy", "minors"), [2, 1]),
        (("--market", "IS"), []),
        (("--text", "profil*"), [4, 2, 1]),
        (("--text", "spring"), []),
        (("--as-of", "6"), [3, 2, 1]),
        (("--as-of", "3"), []),
        (("--as-of", "0"), []),
        (("--limit", "2"), [5, 4]),
        (("--limit", "9", "--as-of", "5"), [2, 1]),
    ],
)
def test_filters(run: Run, logged: list[str], options: tuple[str, ...], days: list[int]) -> None:
    del logged
    assert _days(run("log", "query", *options, "--json")) == days


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_pages_are_joined(
    run: Run, logged: list[str], monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    del logged
    monkeypatch.setattr(log_query, "PAGE_LIMIT", length)
    assert _days(run("log", "query", "--json")) == [5, 4, 3, 2, 1]
    assert _days(run("log", "query", "--limit", "4", "--json")) == [5, 4, 3, 2]


def test_text_is_a_line_for_each(run: Run, logged: list[str]) -> None:
    result = run("log", "query", "--since", "2026-11-02")
    assert (result.exit_code, result.stderr) == (0, "")
    hostile, vague, allowed, denied, summary = result.stdout.splitlines()
    assert hostile == (
        f"       7  2026-11-05T12:00:00Z  ALLOW               {logged[4]}  `\\u001b[2J\\u000aDENY`"
    )
    assert vague.startswith(f"       6  2026-11-04T12:00:00Z  DENY, inconclusive  {logged[3]}  ")
    assert allowed.endswith(f"  ALLOW               {logged[2]}  `spring-1`")
    assert f"  DENY                {logged[1]}  `spring-2`, " in denied
    assert "`minors/profiling` violated" in denied
    assert summary == "4 decisions; as of size 8"


def test_line_names_three_rules_at_most() -> None:
    """Of a campaign of which little is told, seventy are undetermined; first is what it broke."""
    rules = (*((f"p/a{number}", "undetermined") for number in range(5)), ("p/z", "violated"))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    columns = QueryColumns(
        decision_id="d",
        decided_at=at,
        outcome="deny",
        conclusive=True,
        campaign="c-1",
        policy_set="assent",
        policy_version=None,
        policy_digest="x",
        actor=None,
        advertiser=None,
        rules=rules,
    )
    found = LoggedDecision(index=1, logged_at=at, columns=columns, is_erased=False)
    told = "`c-1`, `p/z` violated, `p/a0` undetermined, `p/a1` undetermined and 3 more"
    assert log_query.decision_line(found).plain.endswith(f"  d  {told}")


def test_summary_says_that_there_are_more(run: Run, logged: list[str]) -> None:
    del logged
    told = run("log", "query", "--limit", "1").stdout.splitlines()
    assert told[-1] == "1 decision, and there are more; as of size 8"
    assert run("log", "query", "--as-of", "0").stdout == "0 decisions; as of size 0\n"


@pytest.mark.parametrize("command", ["query", "statistics", "records", "sample", "save", "impact"])
def test_nothing_found_says_which_name_no_decision_has(
    run: Run, logged: list[str], policies: str, tmp_path: Path, command: str
) -> None:
    del logged
    rest = {
        "records": [str(tmp_path / "found.csv")],
        "sample": ["3", "--as-of", "8"],
        "save": ["mine", "--by", "internal audit"],
        "impact": [policies],
    }
    asked = ["--actor", "nightli", "--rule", "minors/profile"]
    result = run("log", command, *rest.get(command, ()), *asked)
    assert result.exit_code == 0, result.output
    assert result.stderr == (
        "note: in no decision of the log was the rule `minors/profile` violated, undetermined,"
        " excepted or waived; did you mean `minors/profiling`?\n"
        "note: no decision of the log was asked for by the actor `nightli`;"
        " did you mean `nightly`?\n"
    )


def test_nothing_found_among_known_names_has_no_note(run: Run, logged: list[str]) -> None:
    """Each of the two is in the log, and no decision has both."""
    del logged
    result = run("log", "query", "--actor", "nightly", "--campaign", "spring-1")
    assert (result.stdout, result.stderr) == ("0 decisions; as of size 8\n", "")


def test_what_was_erased_is_listed_and_no_longer_found(run: Run, logged: list[str]) -> None:
    erased = run("log", "erase", "--decision", logged[1], "--ground", "objection")
    assert erased.exit_code == 0
    told = run("log", "query", "--as-of", "5").stdout.splitlines()
    assert told[0].endswith(f"  DENY                {logged[1]}  erased")
    assert _days(run("log", "query", "--campaign", "spring-2", "--as-of", "5", "--json")) == [1]


def test_searching_leaves_no_entry(run: Run, logged: list[str]) -> None:
    del logged
    for _ in range(2):
        assert run("log", "query").stdout.endswith("; as of size 8\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--outcome", "maybe"), "`allow`, `deny`"),
        (("--rule-status", "waived"), "add --rule"),
        (("--rule", "profiling"), "--rule: this should be a rule of a policy"),
        (("--policy-digest", "f01d6dee0619"), "ask by the version of the policies"),
        (("--since", "2026-11-04", "--until", "2026-11-04"), "--until: this should be later"),
        (("--market", "de"), "--market: this should be a code of ISO 3166"),
        (("--rule", "a/b", "--rule-status", "satisfied"), "--rule-status"),
        (("--since", "yesterday"), "no instant"),
        (("--as-of", "-1"), "--as-of"),
        (("--as-of", "9"), "it has 8 entries; name that size or a smaller one"),
        (("--text", "a OR b"), "`OR` is no operator"),
        (("--text", '"a'), "no partner"),
        (("--limit", "0"), "--limit"),
        (("--campaign", "\udcff"), "no UTF-8"),
        (("--colour", "red"), "--colour"),
    ],
)
def test_bad_questions(
    run: Run, one_line: OneLine, logged: list[str], options: tuple[str, ...], words: str
) -> None:
    del logged
    assert words in one_line(run("log", "query", *options))


def test_statistics(run: Run, logged: list[str]) -> None:
    del logged
    result = run("log", "statistics", "--rule", "minors/profiling", "--as-of", "5")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["2 decisions; as of size 5", "           2  DENY"]
    assert "           2  `minors/profiling` violated" in lines
    assert lines[-2:] == ["2026-11", "           2  DENY"]
    assert run("log", "statistics", "--as-of", "4").stdout.startswith("1 decision; as of size 4\n")
    made = json.loads(run("log", "statistics", "--inconclusive", "--json").stdout)
    outcomes = [{"decision": "deny", "conclusive": False, "count": 1}]
    assert (made["size"], made["decisions"], made["outcomes"]) == (8, 1, outcomes)
    assert made["months"] == [{"month": "2026-11", "outcomes": outcomes}]


def test_statistics_say_what_they_omit(
    run: Run, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del logged
    monkeypatch.setattr(statistics, "MOST_RULES", 1)
    lines = run("log", "statistics").stdout.splitlines()
    assert any(re.fullmatch(r"  and \d more rules and statuses", line) for line in lines)


def test_statistics_beyond_the_log(run: Run, one_line: OneLine, logged: list[str]) -> None:
    del logged
    line = one_line(run("log", "statistics", "--as-of", "9"))
    assert "it has 8 entries; name that size or a smaller one" in line


def test_sample(run: Run, logged: list[str]) -> None:
    del logged
    made = json.loads(run("log", "sample", "3", "--as-of", "7", "--json").stdout)
    assert (made["size"], made["population"], len(made["items"])) == (7, 4, 3)
    again = json.loads(run("log", "sample", "9", "--as-of", "7", "--json").stdout)
    assert again["items"][:3] == made["items"]
    assert sorted(each["index"] for each in again["items"]) == [3, 4, 5, 6]
    lines = run("log", "sample", "2", "--as-of", "8", "--outcome", "deny").stdout.splitlines()
    assert re.fullmatch(r"2 of 3 decisions; drawn from 8:\S{43}=", lines[-1])
    assert all("DENY" in line for line in lines[:-1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("3",), "add --as-of"),
        (("0", "--as-of", "2"), "no whole number from 1 to 5000"),
        (("3", "--as-of", "9"), "it has 8 entries; name that size or a smaller one"),
    ],
)
def test_samples_that_cannot_be_drawn(
    run: Run, one_line: OneLine, logged: list[str], options: tuple[str, ...], words: str
) -> None:
    del logged
    assert words in one_line(run("log", "sample", *options))


@pytest.mark.parametrize("command", ["query", "statistics"])
def test_no_installation(run: Run, one_line: OneLine, command: str) -> None:
    assert "assent init" in one_line(run("log", command))
