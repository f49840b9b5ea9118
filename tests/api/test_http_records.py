"""Exports by HTTP: the files that the command writes, their manifests, and who was shown what."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import cast

import pyarrow.parquet as pq  # type: ignore[import-untyped] # It has no types.
import pytest
from flask import Flask

from api.exports import formats
from api.http.recorded import accesses
from api.http.routes import records
from api.installation.contents import open_database
from api.wsgi import start
from engine.audit.entries.act_leaves import AccessLeaf
from engine.audit.entries.leaf import read_leaf
from engine.audit.exhibits.manifest import read_manifest, verify_records
from engine.storage.log.anchor import KeyFile
from engine.storage.log.tile_log import TileLog
from tests.api.installation import FIRST, Caller, allowed, campaign, install, problem_of

COUNT = 12
SIZE = FIRST + COUNT


@pytest.fixture
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A log with 12 decisions: allowed and denied by turns, a third of them by another key."""
    installation = install(tmp_path_factory.mktemp("records"), log_level="error")
    started = start(installation.settings)
    caller = Caller(app=cast(Flask, started.wsgi), installation=installation)
    for number in range(COUNT):
        make = campaign if number % 2 else allowed
        caller.decide(make(id=f"c{number}"), role="both" if number % 3 else "submitter")
    yield caller
    started.close()


def last_access(api: Caller, back: int = 1) -> AccessLeaf:
    database = open_database(api.installation.settings)
    log = TileLog(database)
    size = log.head().size
    (leaf,) = log.leaves(size - back, size - back + 1)
    database.close()
    made = read_leaf(leaf)
    assert isinstance(made, AccessLeaf)
    return made


@pytest.mark.parametrize(
    ("query", "accept"), [("?format=csv&", None), ("?", "text/csv"), ("?format=csv&", "text/html")]
)
def test_csv_and_who_was_shown_it(filled: Caller, query: str, accept: str | None) -> None:
    headers = {"Accept": accept} if accept is not None else {}
    answer = filled.get(f"/v1/decisions{query}outcome=deny", headers=headers)
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Assent-Log-Size"] == str(SIZE)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="decisions-{SIZE}.csv"'
    rows = list(csv.DictReader(StringIO(answer.data.decode(), newline="")))
    assert [row["campaign"] for row in rows] == [f"c{n}" for n in range(1, COUNT, 2)]
    access = last_access(filled)
    assert access.action == "export"
    assert access.entries == tuple((n, n + 1) for n in range(FIRST + 1, SIZE, 2))
    answer.close()


def test_ndjson_and_parquet(filled: Caller) -> None:
    lines = filled.get(
        f"/v1/decisions?as_of={SIZE}", headers={"Accept": "application/x-ndjson"}
    ).data
    table = filled.get(f"/v1/decisions?as_of={SIZE}&format=parquet").data
    ids = [json.loads(line)["id"] for line in lines.splitlines()]
    assert pq.read_table(BytesIO(table)).column("id").to_pylist() == ids
    assert len(ids) == COUNT
    assert last_access(filled).entries == ((FIRST, SIZE),)


def test_json_is_a_page(filled: Caller) -> None:
    accept = {"Accept": "text/csv"}
    assert json.loads(filled.get("/v1/decisions?format=json&limit=1", headers=accept).data)["next"]
    assert json.loads(filled.get("/v1/decisions", headers={"Accept": "*/*"}).data)["items"]


@pytest.mark.parametrize("name", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("as_of", [0, FIRST + 4, SIZE])
def test_manifest_verifies_the_export(filled: Caller, name: str, as_of: int) -> None:
    query = f"format={name}&as_of={as_of}&outcome=allow"
    file = filled.get(f"/v1/decisions?{query}").data
    answer = filled.get(f"/v1/decisions/manifest?{query}")
    manifest = read_manifest(answer.data)
    known = KeyFile(filled.installation.settings.log_key).read().verifiers
    assert verify_records(manifest, BytesIO(file), known).faults == ()
    assert (manifest.count, manifest.size, manifest.unsearched) == (
        max(as_of - FIRST, 0) // 2,
        as_of,
        0,
    )
    assert (manifest.filters, manifest.file) == ({"outcome": "allow"}, f"decisions-{as_of}.{name}")
    assert (last_access(filled).action, last_access(filled).entries) == ("search", ())


def test_what_was_erased_in_between_is_another_file(filled: Caller) -> None:
    query = f"format=csv&as_of={SIZE}"
    file = filled.get(f"/v1/decisions?{query}").data
    order = {"campaign": "c3", "ground": "objection"}
    assert filled.post(order, "/v1/erasures", role="admin").status_code == 200
    manifest = read_manifest(filled.get(f"/v1/decisions/manifest?{query}").data)
    known = KeyFile(filled.installation.settings.log_key).read().verifiers
    (fault,) = verify_records(manifest, BytesIO(file), known).faults
    assert fault.code == "file_differs"


def test_a_submitter_gets_its_own(filled: Caller) -> None:
    answer = filled.get("/v1/decisions?format=ndjson", role="submitter")
    actors = {json.loads(line)["actor"] for line in answer.data.splitlines()}
    assert actors == {"the submitter"}


def test_many_scattered_entries_take_several_accesses(
    filled: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accesses, "SPANS", 4)
    monkeypatch.setattr("engine.storage.search.decisions._INDEX_STEP", 2)
    filled.get(f"/v1/decisions?format=csv&outcome=allow&as_of={SIZE}").close()
    spans = last_access(filled, 2).entries + last_access(filled, 1).entries
    assert spans == tuple((n, n + 1) for n in range(FIRST, SIZE, 2))
    filled.get("/v1/decisions?format=csv&text=nothing").close()
    assert last_access(filled).entries == ()
    filled.get(f"/v1/decisions/sample?outcome=allow&as_of={SIZE}&count=6")
    assert spans == last_access(filled, 2).entries + last_access(filled, 1).entries
    assert last_access(filled).action == "search"


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("?format=xls", "format", "`csv`"),
        ("?format=csv&limit=3", "limit", "no pages"),
        ("?format=csv&cursor=abc", "cursor", "no pages"),
        ("?format=csv&saved=none", "saved", "`GET /v1/queries` lists them"),
        ("?format=csv&as_of=99", "as_of", "has not reached"),
        ("/manifest?as_of=3", "format", "missing"),
        ("/manifest?format=csv", "as_of", "missing"),
        ("/manifest?format=csv&as_of=99", "as_of", "has not reached"),
        ("/manifest?format=json&as_of=9", "format", "`csv`"),
    ],
)
def test_what_cannot_be_exported(filled: Caller, path: str, parameter: str, words: str) -> None:
    (error,) = problem_of(filled.get(f"/v1/decisions{path}"), 400, "invalid-query")["errors"]
    assert error["parameter"] == parameter
    assert words in error["message"] + error.get("help", "")


def test_parquet_wants_its_library(filled: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    answer = filled.get("/v1/decisions?format=parquet")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert "assent[parquet]" in error["message"]


def test_nothing_is_shown_where_it_cannot_be_logged(
    filled: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an entry there is no answer, and the place of the stream is free again."""

    def broken(*_: object) -> None:
        raise OSError("no more")

    monkeypatch.setattr(records, "note_access", broken)
    for _ in range(20):
        problem_of(filled.get("/v1/decisions?format=csv"), 500, "internal-error")


def test_without_a_signed_log_there_is_no_export(filled: Caller) -> None:
    filled.installation.settings.log_anchor.unlink()
    answer = filled.get("/v1/decisions?format=csv")
    problem_of(answer, 503, "unsigned")
