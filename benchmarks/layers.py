"""What one decision over HTTP consists of, layer by layer, in one process without a network.

Run `python -m benchmarks.layers [--rounds 400]` on a quiet machine. The service is whole, on SQLite
in a temporary directory, with the shipped policies; the campaign is the example that they allow.
Medians in microseconds. The parts are measured one after another, so that they do not add up
exactly. The last lines are whole requests, through Flask, without gunicorn.
"""

import argparse
import io
import json
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import chain
from statistics import median
from time import perf_counter_ns
from typing import Any

from api.deciding.drafts import input_of
from api.deciding.submission import NATIVE, Decided, Terms, submit
from api.http.answers import encoded
from api.installation.contents import open_database
from api.installation.prepared import policies_of
from api.installation.settings import Settings, load_settings
from api.installation.setup import initialise
from api.wsgi import start
from engine import document
from engine.audit.entries.record import DecisionRecord, SealedRecord, seal
from engine.evaluation.record_writer import write
from engine.source.json_text import read_json
from engine.storage.keys import ApiKeys
from engine.storage.log.log_store import SQLLogStore

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = files("api.examples").joinpath("allowed.json").read_bytes()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=400)
    rounds = arguments.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        chosen = {"ASSENT_DATA_DIRECTORY": directory, "ASSENT_LOG_LEVEL": "error"}
        settings = load_settings(chosen)
        token = initialise(settings).keys[1].token
        print(f"{len(BODY):,} bytes of JSON, medians of {rounds}")
        for name, run in chain(parts(settings, token), requests(settings, token)):
            print(f"{name:56}{timed(run, rounds):9.1f} µs")


def timed(run: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = perf_counter_ns()
        run()
        taken.append(perf_counter_ns() - begun)
    return median(taken) / 1000


def parts(settings: Settings, token: str) -> Iterator[tuple[str, Callable[[], object]]]:
    database = open_database(settings)
    engine = policies_of(settings, database).engine(settings.policy_set)
    keys, store = ApiKeys(database), SQLLogStore(database)
    terms = Terms(format=NATIVE, as_of=AS_OF)
    read: Any = read_json(BODY)
    record = read["campaign"]
    text = json.dumps(record).encode()
    campaign = engine.read(text)
    decision = engine.decide(campaign, as_of=AS_OF)
    summary = engine.summarise(decision, id="1")

    def told() -> object:
        return document(decision, id="1", identity=engine.identity)

    def made() -> DecisionRecord:
        one = submit(engine, record, terms=terms, id=str(uuid.uuid4()))
        assert isinstance(one, Decided)
        return DecisionRecord(
            decision_id=str(one.document["id"]),
            decided_at=AS_OF,
            input=input_of(record, terms),
            result=one.write(),
            actor="pipeline",
        )

    ready, answer = made(), told()
    sealed: Iterator[SealedRecord] = iter(lambda: seal(made()), None)
    yield "authenticate a key", lambda: keys.authenticate(token)
    yield "read the body strictly", lambda: read_json(BODY)
    yield "read the campaign from its text", lambda: engine.read(text)
    yield "decide", lambda: engine.decide(campaign, as_of=AS_OF)
    yield (
        "decode, derive, decide, make the document",
        lambda: submit(engine, record, terms=terms, id="1"),
    )
    yield "make the document", told
    yield "write the record canonically", lambda: write(decision, summary)
    yield "seal it: commitments, disclosures, columns, words", lambda: seal(ready)
    yield "decide, write, seal and append it, with its fsync", lambda: store.append([next(sealed)])
    yield "write the answer", lambda: encoded(answer)


def requests(settings: Settings, token: str) -> Iterator[tuple[str, Callable[[], object]]]:
    process = start(settings)
    dry = json.dumps({**json.loads(BODY), "dry_run": True}).encode()

    def asked(method: str, path: str, body: bytes = b"") -> bytes:
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        statuses: list[str] = []
        pieces: Any = process.wsgi(environ, lambda status, *_: statuses.append(status))
        text = b"".join(pieces)
        pieces.close()
        assert statuses == ["200 OK"], text
        return text

    yield "GET /health/live: the framework alone", lambda: asked("GET", "/health/live")
    yield "POST /v1/decisions, a dry run", lambda: asked("POST", "/v1/decisions", dry)
    yield "POST /v1/decisions", lambda: asked("POST", "/v1/decisions", BODY)
    process.close()


if __name__ == "__main__":
    main()
