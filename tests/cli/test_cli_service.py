"""`assent init`, `assent keys` and `assent serve`, short of serving."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api import server
from api.installation.settings import Settings
from engine.storage.databases.database import Database
from engine.storage.keys import ApiKeys

Run = Callable[..., Result]
OneLine = Callable[[Result], str]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'var' / 'assent.db'}"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, policies: str) -> None:
    """Prepares every installation with the small policies, which takes a tenth of the time."""
    monkeypatch.setenv("ASSENT_POLICIES", policies)


def test_init_shows_the_keys_once_and_what_to_try(run: Run, database: str) -> None:
    result = run("init")
    assert result.exit_code == 0
    assert f"the log and the keys are in {database}\n" in result.stdout
    tokens = [line.strip() for line in result.stdout.splitlines() if "    assent_" in line]
    assert len(tokens) == 2
    assert "  curl http://127.0.0.1:8000/v1/decisions \\\n" in result.stdout
    assert f"'Authorization: Bearer {tokens[1]}'" in result.stdout
    again = run("init")
    assert again.exit_code == 0
    assert not any(token in again.stdout for token in tokens)
    assert "all was prepared before, and its keys were shown then" in again.stdout
    assert "  assent keys create NAME --role submitter\n" in again.stdout
    assert "'Authorization: Bearer KEY'" in again.stdout


def test_init_as_json(run: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(run("init", "--json").stdout)
    assert (document["database_url"], document["is_new"]) == (database, True)
    assert [key["name"] for key in document["keys"]] == ["administrator", "trial"]
    monkeypatch.setenv("ASSENT_HOST", "::1")
    assert json.loads(run("init", "--json").stdout)["keys"] == []


@pytest.mark.parametrize(
    ("host", "asked"),
    [("::1", "[::1]"), ("::", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("ads.example", "ads.example")],  # noqa: S104 - a setting.
)
def test_the_curl_line_has_an_address_that_can_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, host: str, asked: str
) -> None:
    monkeypatch.setenv("ASSENT_HOST", host)
    assert f"curl http://{asked}:8000/v1/decisions" in run("init").stdout


def test_a_key_is_made_and_works(run: Run, database: str) -> None:
    run("init")
    roles = ("--role", "submitter", "--role", "auditor")
    result = run("keys", "create", "pipeline", *roles)
    assert result.exit_code == 0
    token = result.stdout.splitlines()[-1].strip()
    opened = Database(database)
    names = {key.name for key in ApiKeys(opened).all()}
    opened.close()
    assert token.startswith("assent_")
    assert names == {"administrator", "trial", "pipeline"}


def test_a_key_as_json(run: Run) -> None:
    run("init")
    terms = ("--role", "author", "--expires", "2030-01-01", "--json")
    document = json.loads(run("keys", "create", "counsel", *terms).stdout)
    assert (document["name"], document["roles"]) == ("counsel", ["author"])
    assert document["expires_at"] == "2030-01-01T00:00:00+00:00"


def test_keys_that_cannot_be_made(run: Run, one_line: OneLine) -> None:
    assert one_line(run("keys", "create", "a", "--role", "author")).endswith(
        "there is no database, and so there are no keys; `assent init` prepares it\n"
    )
    run("init")
    run("keys", "create", "a", "--role", "author")
    assert "choose another name" in one_line(run("keys", "create", "a", "--role", "author"))
    assert "`author`" in one_line(run("keys", "create", "b", "--role", "king"))
    assert "missing option `--role`" in one_line(run("keys", "create", "b"))
    expired = ("--role", "submitter", "--expires", "2020-01-01")
    line = one_line(run("keys", "create", "b", *expired))
    assert line.endswith(
        "the key would have expired at 2020-01-01 00:00:00 UTC; name an instant to come\n"
    )
    line = one_line(run("keys", "create", "b", "--role", "author", "--may-grant", "Ethics Board"))
    assert line.endswith("give the key the role `approver` too\n")
    assert "b" not in listed(run)


def listed(run: Run) -> dict[str, dict[str, Any]]:
    """The keys by name, as a program reads them; of those with one name, the last."""
    found = json.loads(run("keys", "list", "--json").stdout)["keys"]
    return {each["name"]: each for each in found}


def test_keys_are_listed_and_revoked_by_name_or_prefix(
    run: Run, one_line: OneLine, installed: Path
) -> None:
    terms = ("--principal", "anna", "--expires", "2100-01-01")
    token = run("keys", "create", "laptop", "--role", "author", *terms).stdout.split()[-1]
    prefix = token.split("_")[1]
    name, told = run("keys", "list").stdout.splitlines()[-2:]
    assert name == f"{prefix}  in force  laptop  author, of anna"
    assert re.fullmatch(
        r"  made .* UTC \(entry 3\), expires 2100-01-01 00:00:00 UTC, never used", told
    )
    assert token not in run("keys", "list").output
    result = run("keys", "revoke", "laptop")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "REVOKED  laptop")
    opened = Database(f"sqlite:///{installed / 'assent.db'}")
    assert ApiKeys(opened).authenticate(token) is None
    opened.close()
    assert listed(run)["laptop"]["state"] == "revoked"
    assert "it was revoked before, at " in run("keys", "revoke", prefix).stdout
    # The name is free again, and it then names the key that is not revoked.
    assert run("keys", "create", "laptop", "--role", "author").exit_code == 0
    ended = json.loads(run("keys", "revoke", "laptop", "--json").stdout)
    assert (ended["prefix"] != prefix, ended["state"]) == (True, "revoked")
    line = one_line(run("keys", "revoke", "labtop"))
    assert "no key has the name or the prefix `labtop`; did you mean `laptop`?" in line
    trial = listed(run)["trial"]["prefix"]
    run("keys", "create", trial, "--role", "author")
    assert "and another has it as its prefix" in one_line(run("keys", "revoke", trial))
    assert listed(run)["trial"]["state"] == "in_force"


def test_a_key_that_grants_in_a_role_of_no_rule_is_told_of(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policies: str
) -> None:
    waivable = shutil.copytree(policies, tmp_path / "waivable")
    text = (waivable / "ads.policy").read_text()
    named = text.replace("enforcement   mandatory", 'enforcement   overridable by "Ethics Board"')
    assert named != text
    (waivable / "ads.policy").write_text(named)
    monkeypatch.setenv("ASSENT_POLICIES", str(waivable))
    run("init")
    missed = 'no rule in force names the role "Ethics Bord" behind `overridable by`'
    told = f'note: {missed}; did you mean "Ethics Board"?\n'
    for role, note in (("Ethics Board", ""), ("Ethics Bord", told)):
        result = run("keys", "create", role, "--role", "approver", "--may-grant", role)
        assert (result.exit_code, result.stderr) == (0, note)


def test_wrong_settings(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "var").write_text("a file where a directory should be")
    place = f"{tmp_path / 'var'} cannot be made: file exists"
    advice = "set `data_directory` to another place"
    assert one_line(run("init")) == f"assent: service: {place}; {advice}\n"
    monkeypatch.setenv("ASSENT_PROT", "8000")
    for command in (("init",), ("serve",), ("keys", "create", "a", "--role", "author")):
        line = one_line(run(*command))
        assert line == (
            "assent: settings: there is no setting `ASSENT_PROT`; did you mean `ASSENT_PORT`?\n"
        )


def test_serve_takes_its_options_over_the_settings(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Settings] = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setenv("ASSENT_WORKERS", "3")
    assert run("serve", "--host", "0.0.0.0", "--port", 8080).exit_code == 0  # noqa: S104 - an argument.
    (settings,) = served
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 8080, 3)  # noqa: S104 - an argument.


def test_serve_without_init(run: Run, one_line: OneLine) -> None:
    line = one_line(run("serve"))
    assert line.startswith("assent: service: ")
    assert line.count("`assent init`") == 1


def test_init_with_broken_policies(
    run: Run, one_line: OneLine, five_mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_POLICIES", str(five_mistakes))
    line = one_line(run("init"))
    assert line.startswith(f"assent: service: the policies in {five_mistakes} cannot decide: ")
    assert line.endswith(f"its check has 5 errors; `assent check {five_mistakes}` says more\n")


def test_serve_without_the_library_for_spans_names_the_extra(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    monkeypatch.setenv("ASSENT_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.delitem(sys.modules, "api.tracing.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    line = one_line(run("serve"))
    assert "install it with `pip install 'assent[otel]'`" in line
    assert "assent init" not in line
