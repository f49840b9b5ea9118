"""`assent push` and `assent policies`, against a service that runs."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.api.installation import ROOT, Served
from tests.api.publishing import policies
from tests.client.between import Cut, Lose, Say, standing_between

Run = Callable[..., Result]
OneLine = Callable[[Result], str]


def folder(place: Path, files: dict[str, str]) -> str:
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return str(place)


def test_steps_as_json(run: Run, at: Callable[[str], tuple[str, ...]], tmp_path: Path) -> None:
    author, approver, house = at("author"), at("approver"), ("--set", "house", "--json")
    pushed = folder(tmp_path / "p", policies(1))
    made = json.loads(run("push", pushed, "--submit", *house, *author).stdout)
    assert (made["is_new"], made["state"]) == (True, "in review")
    version = made["version"]
    told = run("push", pushed, "--set", "house", *author).stdout
    assert f"approves it: `assent policies approve {version} --set house`\n" in told
    reasons = ("--reason", "say why")
    rejected = json.loads(run("policies", "reject", version, *reasons, *house, *approver).stdout)
    assert rejected["state"] == "rejected"
    again = json.loads(run("policies", "submit", version, *house, *author).stdout)
    assert again["state"] == "in review"
    run("policies", "approve", version, *house, *approver)
    later = ("--from", "2999-01-01T00:00:00Z", *reasons)
    made = json.loads(run("policies", "activate", version, *later, *house, *approver).stdout)
    assert made["scheduled"]["version"] == version
    shown = json.loads(run("policies", "show", version, *house, *author).stdout)
    assert [each["transition"] for each in shown["history"]][-1] == "activate"
    difference = ("--old", version, *house)
    told = json.loads(run("policies", "diff", version, *difference, *author).stdout)
    assert told["changed"] == []
    listed = json.loads(run("policies", "list", "--json", *approver).stdout)
    assert [each["name"] for each in listed["items"]] == ["assent", "house"]
    text = run("policies", "list", *approver).stdout
    assert "house\n  in force  nothing\n  to come   " in text
    assert "cancelled" not in run("policies", "show", version, "--set", "house", *author).stdout


def test_a_profile_is_pushed_with_what_it_adopts(
    run: Run, at: Callable[[str], tuple[str, ...]]
) -> None:
    example = str(ROOT / "examples" / "fjellsko")
    made = json.loads(
        run("push", example, "--submit", "--set", "fjellsko", "--json", *at("author")).stdout
    )
    assert (made["state"], made["check"]["files"]) == ("in review", 4)
    assert made["check"]["errors"] == 0  # It warns from the day on which its waiver is over.
    assert (made["test"]["passed"], made["test"]["failed"]) == (28, 0)


def test_policies_that_cannot_decide(
    run: Run, at: Callable[[str], tuple[str, ...]], tmp_path: Path, one_line: OneLine
) -> None:
    broken = folder(tmp_path / "broken", policies(1) | {"more.policy": "policy x\n"})
    result = run("push", broken, "--submit", *at("author"))
    assert result.exit_code == 1
    assert "error[" in result.stdout
    assert "more.policy:" in result.stdout
    assert "tests     not run" in result.stdout
    assert "it cannot be submitted" in result.stdout
    version = json.loads(run("push", broken, "--json", *at("author")).stdout)["version"]
    line = one_line(run("policies", "submit", version, *at("author")))
    assert line.startswith("assent policies submit: its check has errors, or its tests fail")
    case = 'test "all" on 2026-01-01\n  given campaign.markets is {DE}\n  expect allow\nend test\n'
    failing = folder(tmp_path / "failing", policies(1) | {"t.policy": case})
    result = run("push", failing, *at("author"))
    assert "FAILED  all\n" in result.stdout
    assert "tests     0 passed, 1 failed" in result.stdout
    assert run("push", failing, *at("author")).stdout.count("unchanged  assent ") == 1


def test_what_goes_wrong_is_one_line(
    run: Run, at: Callable[[str], tuple[str, ...]], tmp_path: Path, one_line: OneLine
) -> None:
    author = at("author")
    nowhere = ("--url", "http://127.0.0.1:1", *author[2:])
    (tmp_path / "no.key").write_bytes(b"\xff")
    (tmp_path / "other.key").write_text("secret")
    pushed = folder(tmp_path / "p", policies(1))
    for arguments, words in (
        (("policies", "list"), "it wants a key"),
        (("policies", "list", "--key-file", str(tmp_path / "x")), "no such file"),
        (("policies", "list", "--key-file", str(tmp_path / "no.key")), "this is no key"),
        (("policies", "list", "--key-file", str(tmp_path / "other.key")), "this is no key"),
        (("policies", "list", *nowhere), "cannot be reached; check the address"),
        (("policies", "list", "--url", "http://[", *author[2:]), "check the address"),
        (
            ("policies", "list", "--url", "localhost:1", *author[2:]),
            "write `https://assent.example`",
        ),
        (("policies", "list", *at("submitter")), "this needs a key with the role"),
        (("policies", "show", "000000000000", *author), "has no version"),
        (("policies", "rollback", "--set", "none", *at("approver")), "there is no policy set"),
        (("push", str(tmp_path / "none"), *author), "this is not a directory"),
        (("push", pushed, "--reason", "x", *author), "--reason goes with --submit"),
        (("push", pushed, "--set", "A", *author), "lower-case"),
    ):
        assert words in one_line(run(*arguments))


def test_only_what_does_nothing_twice_is_sent_again(
    run: Run,
    at: Callable[[str], tuple[str, ...]],
    service: Served,
    tmp_path: Path,
    one_line: OneLine,
) -> None:
    pushed, author = folder(tmp_path / "p", policies(2)), at("author")[2:]
    with standing_between(service.port) as between:
        there = ("--url", between.url, *author)
        between.deeds.extend([Lose(), None])
        made = json.loads(run("push", pushed, "--json", *there).stdout)
        assert len(between.seen) == 2
        between.deeds.extend([Cut(9), None])
        run("policies", "list", *there)
        assert len(between.seen) == 4
        between.deeds.extend([None, Lose()])
        line = one_line(run("policies", "submit", made["version"], *there))
        assert line.startswith("assent policies submit: the connection to http://127.0.0.1:")
        assert line.endswith("; before you repeat a change, look whether it was made\n")
        assert len(between.seen) == 6
        between.deeds.append(Say(status=200, body=b"{}", headers={"Content-Type": "text/html"}))
        assert "and not as Assent does" in one_line(run("policies", "list", *there))


def test_key_in_a_file(run: Run, tmp_path: Path, one_line: OneLine) -> None:
    run("init")
    file = tmp_path / "ben.key"
    terms = ("--role", "approver", "--set", "house", "--principal", "benjamin")
    result = run("keys", "create", "ben", *terms, "-o", str(file))
    assert result.stdout == f"the key is in {file}\n"
    assert file.read_text().startswith("assent_")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "file exists" in one_line(run("keys", "create", "b", *terms, "-o", str(file)))
    other = tmp_path / "other.key"
    one_line(run("keys", "create", "ben", *terms, "-o", str(other)))
    assert not other.exists()
    shown = run("keys", "create", "carl", *terms).stdout
    assert "  carl  approver, of benjamin, for house\n" in shown
