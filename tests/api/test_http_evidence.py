"""Evidence: one file that proves decisions offline; every way to spoil it is named or refused."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from api.cli.main import assent
from api.log import evidence as evidence_module
from api.wsgi import start
from engine.audit.checkpoints.note import SignerKey
from engine.audit.exhibits import evidence as format_module
from engine.audit.exhibits.evidence import EvidenceReport, verify_evidence
from engine.storage.log.anchor import KeyFile
from tests.api.evidence import Members, members, zipped
from tests.api.installation import FIRST, Caller, allowed, campaign, install, problem_of
from tests.api.test_http_records import last_access

COUNT = 6
SIZE = FIRST + COUNT


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A log with 6 decisions: allowed and denied by turns, a third of them by another key."""
    installation = install(tmp_path_factory.mktemp("evidence"), log_level="error")
    started = start(installation.settings)
    caller = Caller(app=cast(Flask, started.wsgi), installation=installation)
    for number in range(COUNT):
        make = campaign if number % 2 else allowed
        caller.decide(make(id=f"c{number}"), role="both" if number % 3 else "submitter")
    yield caller
    started.close()


def evidence(api: Caller, path: str = f"evidence?as_of={SIZE}&outcome=deny", **rest: Any) -> bytes:
    answer = api.get(f"/v1/decisions/{path}", **rest)
    assert answer.status_code == 200, answer.data
    assert answer.content_type == "application/zip"
    content: bytes = answer.data
    answer.close()
    return content


def report(api: Caller, content: bytes) -> EvidenceReport:
    known = KeyFile(api.installation.settings.log_key).read().verifiers
    return verify_evidence(io.BytesIO(content), known)


def codes(api: Caller, content: bytes) -> list[str]:
    return [each.code for each in report(api, content).faults]


def test_evidence_is_whole_and_has_the_same_bytes_again(filled: Caller) -> None:
    content = evidence(filled)
    found = report(filled, content)
    assert found.is_valid, found.faults
    assert found.manifest is not None
    assert [each.index for each in found.manifest.decisions] == [FIRST + 1, FIRST + 3, FIRST + 5]
    assert found.manifest.filters == {"outcome": "deny"}
    assert evidence(filled, f"evidence?as_of={SIZE}&outcome=deny") != b""
    contents = members(content)
    assert list(contents) == sorted(contents)
    (policies,) = [name for name in contents if name.startswith("policies/")]
    assert "minors.policy" in json.loads(contents[policies])
    shown = found.manifest.decisions[0].id
    assert json.loads(contents[f"decisions/{shown}.input.json"])["campaign"]["id"] == "c1"
    assert json.loads(contents[f"decisions/{shown}.result.json"])["decision"] == "deny"
    readme = contents["README.txt"].decode()
    assert "This file shows 3 decisions as the log had them" in readme
    assert max(map(len, readme.splitlines())) <= 100


def test_whoever_gets_it_is_logged(filled: Caller) -> None:
    evidence(filled)
    access = last_access(filled)
    assert (access.action, access.entries) == (
        "export",
        tuple((FIRST + each, FIRST + each + 1) for each in (1, 3, 5)),
    )


def test_evidence_of_one_decision(filled: Caller) -> None:
    items = json.loads(filled.get("/v1/decisions?campaign=c3").data)["items"]
    found = report(filled, evidence(filled, f"{items[0]['id']}/evidence"))
    assert found.is_valid
    assert found.manifest is not None
    assert (found.manifest.filters, len(found.manifest.decisions)) == (None, 1)


def test_a_submitter_gets_its_own(filled: Caller) -> None:
    found = report(filled, evidence(filled, "evidence?outcome=allow", role="submitter"))
    assert found.manifest is not None
    assert [each.index for each in found.manifest.decisions] == [FIRST]
    other = json.loads(filled.get("/v1/decisions?campaign=c1").data)["items"][0]["id"]
    problem_of(filled.get(f"/v1/decisions/{other}/evidence", role="submitter"), 404, "not-found")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "give a filter"),
        (f"?as_of={SIZE}", "give a filter"),
        ("?as_of=9999&outcome=deny", "has not"),
    ],
)
def test_what_cannot_be_asked(filled: Caller, query: str, words: str) -> None:
    answer = filled.get(f"/v1/decisions/evidence{query}")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert words in error["message"]


@pytest.mark.parametrize("limit", ["MOST_DECISIONS", "MOST_BYTES"])
def test_too_many(filled: Caller, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(evidence_module, limit, 2)
    for _ in range(20):  # Each gives back its place among the streams.
        answer = filled.get("/v1/decisions/evidence?outcome=deny")
        (error,) = problem_of(answer, 400, "invalid-query")["errors"]
        assert "narrow the filters" in error["message"]


# --- spoilt evidence ----------------------------------------------------------------------------


def name_of(contents: Members, begin: str, end: str = "") -> str:
    return next(name for name in contents if name.startswith(begin) and name.endswith(end))


def _drop(begin: str, end: str = "") -> Callable[[Members], object]:
    return lambda contents: contents.pop(name_of(contents, begin, end))


def _alter(begin: str, end: str = "") -> Callable[[Members], object]:
    def alter(contents: Members) -> None:
        name = name_of(contents, begin, end)
        contents[name] = contents[name].replace(b"e", b"E", 1)

    return alter


def _swap(contents: Members) -> None:
    one, other = [name for name in contents if name.startswith("receipts/")][:2]
    contents[one], contents[other] = contents[other], contents[one]


def _manifest(**changes: Any) -> Callable[[Members], object]:
    def change(contents: Members) -> None:
        made = json.loads(contents["manifest.json"]) | changes
        contents["manifest.json"] = json.dumps(made).encode()

    return change


def _add(name: str) -> Callable[[Members], object]:
    return lambda contents: contents.update({name: b"{}"})


STRANGER = "00000000-0000-4000-8000-000000000000"
SPOILT: list[tuple[str, Callable[[Members], object], set[str]]] = [
    ("receipt gone", _drop("receipts/"), {"file_missing"}),
    ("input gone", _drop("decisions/", ".input.json"), {"contents_differ"}),
    ("input altered", _alter("decisions/", ".input.json"), {"contents_differ"}),
    ("result altered", _alter("decisions/", ".result.json"), {"contents_differ"}),
    ("policies altered", _alter("policies/"), {"policies_differ"}),
    ("policies gone", _drop("policies/"), {"policies_missing"}),
    ("receipts swapped", _swap, {"index_differs", "contents_differ"}),
    ("checkpoint altered", _alter("checkpoint"), {"checkpoint_refused"}),
    ("readme gone", _drop("README"), {"evidence_malformed"}),
    ("greater size", _manifest(size=10**6), {"size_differs"}),
    ("fewer decisions", _manifest(decisions=[]), {"file_unexpected"}),
    (
        "unknown decision",
        _manifest(decisions=[{"id": STRANGER, "index": 1}]),
        {"file_missing", "file_unexpected"},
    ),
    ("unknown member", _manifest(more=1), {"evidence_malformed"}),
    ("not searched", _manifest(unsearched=3), {"unsearched_impossible"}),
    ("no JSON", lambda c: c.update({"manifest.json": b"[" * 9999}), {"evidence_malformed"}),
    ("one more", _add(f"receipts/{STRANGER}.tlog-proof"), {"file_unexpected"}),
    ("upwards", _add("../../etc/passwd"), {"evidence_malformed"}),
    ("absolute", _add("/etc/passwd"), {"evidence_malformed"}),
    ("windows", _add("..\\x"), {"evidence_malformed"}),
    ("directory", _add("receipts/"), {"evidence_malformed"}),
]


@pytest.mark.parametrize(
    ("spoil", "expected"), [each[1:] for each in SPOILT], ids=[each[0] for each in SPOILT]
)
def test_spoilt_evidence_is_named(
    filled: Caller, spoil: Callable[[Members], object], expected: set[str]
) -> None:
    contents = members(evidence(filled))
    spoil(contents)
    fresh = "manifest.json" in contents and b"[[" not in contents["manifest.json"]
    assert set(codes(filled, zipped(contents, fresh=fresh))) == expected


def test_digests_of_the_manifest_are_compared(filled: Caller) -> None:
    contents = members(evidence(filled))
    contents["README.txt"] += b"Trust me."
    assert codes(filled, zipped(contents, fresh=False)) == ["file_differs"]
    made = json.loads(contents["manifest.json"])
    made["files"]["nothing"] = "0" * 64
    contents["manifest.json"] = json.dumps(made).encode()
    assert codes(filled, zipped(contents, fresh=False)) == ["file_differs", "file_missing"]


def test_a_receipt_by_another_checkpoint_is_named(filled: Caller) -> None:
    contents = members(evidence(filled))
    later = members(evidence(filled, "evidence?outcome=deny"))
    receipt = name_of(contents, "receipts/")
    assert contents["checkpoint"] != later["checkpoint"]
    contents[receipt] = later[receipt]
    assert codes(filled, zipped(contents)) == ["root_differs"]
    contents[receipt] = b"no receipt"
    assert codes(filled, zipped(contents)) == ["proof_malformed"]
    lines = later[receipt].split(b"\n")
    lines[1] = b"extra " + b"e30="
    contents[receipt] = b"\n".join(lines)
    assert codes(filled, zipped(contents)) == ["entry_malformed"]


def test_a_leaf_that_is_none_is_named(filled: Caller) -> None:
    from base64 import b64decode, b64encode  # noqa: PLC0415 - of this test only.

    contents = members(evidence(filled))
    receipt = name_of(contents, "receipts/")
    lines = contents[receipt].split(b"\n")
    line = json.loads(b64decode(lines[1].removeprefix(b"extra ")))
    line["leaf"] = b64encode(b"{}").decode()
    extra = json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode()
    lines[1] = b"extra " + b64encode(extra)
    contents[receipt] = b"\n".join(lines)
    assert "leaf_malformed" in codes(filled, zipped(contents))


def test_other_keys_refuse_it(filled: Caller) -> None:
    other = SignerKey(name="other", seed=bytes(32)).verifier
    found = verify_evidence(io.BytesIO(evidence(filled)), [other], most_faults=1)
    assert (found.checkpoint, found.faults[0].code, found.omitted) == (
        None,
        "checkpoint_refused",
        3,
    )


def test_bombs_and_twins_are_refused(filled: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    content = evidence(filled)
    contents = members(content)
    assert codes(filled, zipped(contents, method=zipfile.ZIP_DEFLATED)) == ["evidence_malformed"]
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("README.txt", b"another")
    assert codes(filled, stream.getvalue()) == ["evidence_malformed"]
    for size in range(0, len(content), 997):
        assert codes(filled, content[:size]) == ["evidence_malformed"]
    overlapping = bytearray(content)
    for place in _central(content):  # Each member claims to be as large as the file.
        overlapping[place + 20 : place + 28] = len(content).to_bytes(4, "little") * 2
    assert codes(filled, bytes(overlapping)) == ["evidence_malformed"]
    monkeypatch.setattr(format_module, "SIZE_LIMIT", 100)
    assert codes(filled, content) == ["evidence_malformed"]


def _central(content: bytes) -> Iterator[int]:
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        yield place
        place = content.find(b"PK\x01\x02", place + 1)


@pytest.mark.parametrize("step", range(7))
def test_any_flipped_byte_is_noticed(filled: Caller, step: int) -> None:
    """Nothing that was altered is verified, and nothing that is sent raises."""
    content = evidence(filled)
    for place in range(step * 137, len(content), 7 * 137):
        spoilt = bytearray(content)
        spoilt[place] ^= 0x41
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
        found = report(filled, bytes(spoilt))
        if found.is_valid:  # A byte that says nothing: a date, or the rights of a file.
            assert members(bytes(spoilt)) == members(content), names


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def run(filled: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    settings = filled.installation.settings
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        environment = {"ASSENT_DATA_DIRECTORY": str(settings.data_directory)}
        return CliRunner(env=environment).invoke(assent, arguments, prog_name="assent")

    Path("log.vkey").write_text(invoke("log", "key").stdout)
    return invoke


def test_from_the_command_line(run: Callable[..., Result]) -> None:
    made = run("log", "evidence", "denied.zip", "--outcome", "deny", "--as-of", str(SIZE))
    assert made.stdout == f"denied.zip  3 decisions; as of size {SIZE}\n", made.output
    shown = run("verify", "denied.zip", "--vkey", "log.vkey").stdout.splitlines()
    assert shown[0] == "VERIFIED  3 decisions, nothing is wrong"
    assert shown[1].startswith("  head ")
    assert shown[2].startswith("  signed by ")
    document = json.loads(run("verify", "denied.zip", "--vkey", "log.vkey", "--json").stdout)
    assert (document["verified"], len(document["decisions"]), document["erased"]) == (True, 3, [])
    one = document["decisions"][0]
    assert run("log", "evidence", "one.zip", one, one).stdout.startswith("one.zip  1 decision; ")
    Path("one.zip").unlink()
    made = run("log", "evidence", "one.zip", one, "--json")
    assert json.loads(made.stdout)["decisions"] == 1
    first = Path("one.zip").read_bytes()
    refused = run("log", "evidence", "one.zip", one)
    assert (refused.exit_code, "have it replaced by --force" in refused.stderr) == (2, True)
    assert run("log", "evidence", "one.zip", one, "--force").exit_code == 0
    assert Path("one.zip").read_bytes() == first
    contents = members(first)
    contents["README.txt"] += b"x"
    Path("one.zip").write_bytes(zipped(contents, fresh=False))
    result = run("verify", "one.zip", "--vkey", "log.vkey")
    assert result.exit_code == 1
    assert "`README.txt` is not what the manifest says (file_differs)" in result.stdout


def test_what_was_erased_is_named(tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    for number in range(3):
        api.decide(allowed(id=f"c{number}"))
    for name in ("c0", "c1"):
        order = {"campaign": name, "ground": "objection"}
        assert api.post(order, "/v1/erasures", role="admin").status_code == 200
    content = evidence(api, "evidence?outcome=allow")
    found = report(api, content)
    assert found.is_valid, found.faults
    assert found.manifest is not None
    assert [each.index for each in found.manifest.erased] == [FIRST, FIRST + 1]
    assert b"2 more were erased" in members(content)["README.txt"]
    (tmp_path / "e.zip").write_bytes(content)
    runner = CliRunner(env={"ASSENT_DATA_DIRECTORY": str(installation.settings.data_directory)})
    key = runner.invoke(assent, ["log", "key"]).stdout.strip()
    lines = runner.invoke(assent, ["verify", str(tmp_path / "e.zip"), "--vkey", key]).stdout
    assert "  erased     2 more\n" in lines
    path = str(tmp_path / "f.zip")
    told = runner.invoke(assent, ["log", "evidence", path, "--outcome", "allow"]).stdout
    assert told.endswith(f"f.zip  1 decision, 2 erased; as of size {FIRST + 6}\n")
    started.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("e.zip",), "name decisions, or options that find them"),
        (("e.zip", "x", "--outcome", "deny"), "name decisions, or options that find them"),
        (("e.zip", "x"), "assent: `x`: the log has no such decision; `assent log query`"),
        (("e.zip", "--outcome", "deny", "--as-of", "9999"), "name that size or a smaller one"),
    ],
)
def test_what_cannot_be_written(
    run: Callable[..., Result], arguments: tuple[str, ...], words: str
) -> None:
    result = run("log", "evidence", *arguments)
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert not Path("e.zip").exists()


def test_no_evidence_is_made_of_no_decision(run: Callable[..., Result]) -> None:
    result = run("log", "evidence", "e.zip", "--campaign", "nope", "--as-of", str(SIZE))
    told = f"no decision meets the options; e.zip is not written; as of size {SIZE}\n"
    assert (result.exit_code, result.stdout) == (1, told)
    result = run("log", "evidence", "e.zip", "--campaign", "nope", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["file"], document["decisions"]) == (1, None, 0)
    assert not Path("e.zip").exists()


def test_verifying_wants_a_key_and_a_file(run: Callable[..., Result]) -> None:
    run("log", "evidence", "e.zip", "--outcome", "deny")
    assert "give the log's public key" in run("verify", "e.zip").stderr
    result = run("verify", "-", "--as", "evidence", "--vkey", "log.vkey")
    assert "name a file" in result.stderr


def test_nothing_is_given_without_a_signed_log(filled: Caller) -> None:
    anchor = filled.installation.settings.log_anchor
    note = anchor.read_bytes()
    anchor.unlink()
    problem_of(filled.get("/v1/decisions/evidence?outcome=deny"), 503, "unsigned")
    anchor.write_bytes(note)
