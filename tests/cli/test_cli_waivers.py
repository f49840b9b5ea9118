"""`assent waivers`, against a service that runs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import Served
from tests.api.publishing import await_everywhere
from tests.api.waiving import BOARD, day, rules

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
At = Callable[[str], tuple[str, ...]]

ASKED = ("--from", day(0), "--until", day(60), "--ticket", "LEG-1", "--reason", "the anniversary")


@pytest.fixture
def ben(service: Served, tmp_path: Path) -> tuple[str, ...]:
    """Return the options by which somebody calls the service who may grant for the board."""
    settings, file = service.installation.settings, tmp_path / "ben.key"
    made = make_key(settings, name=f"ben {tmp_path}", roles=[Role.APPROVER], may_grant=[BOARD])
    file.write_text(made.token)
    return "--url", f"http://127.0.0.1:{service.port}", "--key-file", str(file)


@pytest.fixture
def dear(run: Run, at: At, service: Served, tmp_path: Path) -> tuple[str, ...]:
    """Return how a waiver is asked for of the rule `spending/dear`, which is in force by then."""
    folder = tmp_path / "house"
    folder.mkdir()
    for name, text in rules().items():
        (folder / name).write_text(text)
    house, author, approver = ("--set", "house"), at("author"), at("approver")
    pushed = json.loads(run("push", folder, "--submit", "--json", *house, *author).stdout)
    if not pushed["is_in_force"]:
        run("policies", "approve", pushed["version"], *house, *approver)
        run("policies", "activate", pushed["version"], *house, *approver)
    await_everywhere(service, "house")
    return "waivers", "request", "spending/dear", *house, *ASKED, "--campaign"


def test_from_asking_to_revoking(
    run: Run, at: At, ben: tuple[str, ...], dear: tuple[str, ...]
) -> None:
    asker = at("submitter")
    one = json.loads(run(*dear, "c-1", "--json", *asker).stdout)["id"]
    other = run(*dear, "c-2", *asker).stdout.split()[0]
    assert run("waivers", "grant", one, *ben).stdout.startswith(f"{one}  granted  spending/dear\n")
    told = run("waivers", "refuse", other, "--reason", "too dear", *ben).stdout
    assert told.startswith(f"{other}  refused  spending/dear\n")
    ended = run("waivers", "revoke", one, "--reason", "it is over", *ben).stdout
    assert [line.split()[0] for line in ended.splitlines()[-3:]] == ["asked", "granted", "revoked"]
    assert ": it is over\n" in ended
    listed = json.loads(run("waivers", "list", "--json", *ben).stdout)["items"]
    states = {each["id"]: each["state"] for each in listed}
    assert (states[one], states[other]) == ("revoked", "refused")
    assert one not in run("waivers", "list", "--state", "granted", *ben).stdout


def test_what_cannot_be_done_is_one_line(
    run: Run, at: At, ben: tuple[str, ...], dear: tuple[str, ...], one_line: OneLine
) -> None:
    asker = at("submitter")
    asked = run(*dear, "c-3", *asker).stdout.split()[0]
    why = ("--reason", "so")
    for arguments, words in (
        (("waivers", "show", "w000000000000", *ben), "there is no waiver `w000000000000`"),
        (("waivers", "show", "../health", *ben), "no resource has this path"),
        (("waivers", "grant", "w000000000000", *ben), "there is no waiver `w000000000000`"),
        (("waivers", "grant", asked, *asker), "this needs a key with the role `approver`"),
        (("waivers", "grant", asked, *at("approver")), "grants no waivers"),
        (("waivers", "revoke", asked, *why, *ben), "requested"),
        ((*dear, "c-3", *ben), "this needs a key with the role `submitter`"),
        ((*dear, "c-3", *asker), asked),
        (("waivers", "refuse", asked, *ben), "--reason"),
        (
            ("waivers", "refuse", asked, "--reason", "", *ben),
            ": /reason: this is empty; it has 1 to",
        ),
    ):
        assert words in one_line(run(*arguments)), arguments
