"""What goes wrong between client and service: one decision, or an error, and never an allow."""

import json
import os
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.client import (
    AssentError,
    BusyError,
    Client,
    Patience,
    Problem,
    ServiceFaultError,
    UnexpectedAnswerError,
    UnreachableError,
    transport,
)
from tests.api.installation import Served, allowed, campaign, free_port, install, serving
from tests.client.between import Between, Cut, Deed, Lose, Raw, Say, Wait
from tests.client.conftest import QUICK, url_of


def problem(name: str, status: int, **headers: str) -> Say:
    """Return an answer with a problem."""
    made = Problem(
        type=f"/problems/{name}", title="t", status=status, detail="d", request_id="r", errors=()
    )
    document = {each: getattr(made, each) for each in made.__struct_fields__}
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return Say(
        status=status,
        body=json.dumps(document).encode(),
        headers={"Content-Type": "application/problem+json", **sent},
    )


def recorded(served: Served, name: str) -> int:
    """Return how many decisions there are on a campaign."""
    with Client(url_of(served), served.installation.tokens["both"]) as client:
        return len(list(client.decisions.find(campaign=name)))


# --- what is sent again -----------------------------------------------------------------------


@pytest.mark.parametrize("deed", [Lose(), Cut(40)], ids=["lost", "cut"])
def test_lost_answer_is_asked_for_again_and_there_is_one_decision(
    guarded: Client, between: Between, served: Served, deed: Deed
) -> None:
    name = f"once-{type(deed).__name__}"
    between.deeds.extend([deed, deed])
    made = guarded.decide(campaign(id=name))
    assert made.decision == "deny"
    first, *others = between.keys
    assert first is not None
    assert others == [first, first]
    assert recorded(served, name) == 1


@pytest.mark.parametrize(
    "deed",
    [
        problem("busy", 503, Retry_After="1"),
        problem("too-many-requests", 429, Retry_After="1"),
        problem("unavailable", 503),
        Say(status=502, body=b"<h1>bad gateway</h1>", headers={"Content-Type": "text/html"}),
    ],
)
def test_service_that_is_busy_is_asked_again(guarded: Client, between: Between, deed: Deed) -> None:
    between.deeds.append(deed)
    assert guarded.decide(allowed()).allowed
    assert len(between.seen) == 2


def test_retry_after_is_heeded(between: Between, served: Served) -> None:
    waits: list[float] = []
    patience = Patience(sleep=waits.append)
    between.deeds.extend(
        [
            problem("busy", 503, Retry_After="7"),
            problem("busy", 503, Retry_After=formatdate(32_503_680_000, usegmt=True)),
        ]
    )
    with (
        Client(between.url, served.installation.tokens["both"], patience=patience) as client,
        pytest.raises(BusyError) as caught,
    ):
        client.decide(allowed())
    assert len(waits) == 1
    assert 7 <= waits[0] < 8
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 3600


def test_tries_come_to_an_end(guarded: Client, between: Between) -> None:
    between.deeds.extend([problem("unavailable", 503, Retry_After="soon")] * 5)
    with pytest.raises(BusyError) as caught:
        guarded.decide(allowed())
    assert len(between.seen) == 5
    assert caught.value.idempotency_key == (between.keys[0] or "").strip('"')


def test_recorded_batch_that_may_have_arrived_is_not_sent_again(
    guarded: Client, between: Between, served: Served
) -> None:
    between.deeds.append(Lose())
    with pytest.raises(UnreachableError) as caught:
        list(guarded.decide_many([campaign(id="lost-batch")]))
    assert caught.value.may_have_arrived
    assert len(between.seen) == 1
    assert recorded(served, "lost-batch") == 1


def test_batch_is_sent_again_where_nothing_was_done(guarded: Client, between: Between) -> None:
    between.deeds.extend([problem("busy", 503), problem("not-fresh", 503)])
    assert [each.allowed for each in guarded.decide_many([allowed()])] == [True]
    between.deeds.append(problem("unavailable", 503))
    with pytest.raises(BusyError):
        list(guarded.decide_many([allowed()]))


def test_dry_batch_is_sent_again(guarded: Client, between: Between) -> None:
    between.deeds.append(Lose())
    assert [each.allowed for each in guarded.decide_many([allowed()], dry_run=True)] == [True]


def test_what_was_answered_of_a_batch_stands(guarded: Client, between: Between) -> None:
    between.deeds.append(Cut(30_000))
    items = guarded.decide_many((campaign(id=f"cut{n}") for n in range(50)), dry_run=True)
    assert next(items).number == 1
    with pytest.raises(UnreachableError):
        list(items)
    assert len(between.seen) == 1


def test_step_of_a_publication_is_not_sent_again(served: Served, between: Between) -> None:
    tokens = served.installation.tokens
    with Client(between.url, tokens["author"], patience=QUICK) as anna:
        ours = anna.policy_set("lost")
        draft = ours.push(served.installation.settings.policies)
        between.deeds.append(Lose())
        with pytest.raises(UnreachableError):
            ours.submit(draft)
        assert ours.version(draft.digest).state == "in review"


# --- what is not Assent -----------------------------------------------------------------------

ALLOW = json.dumps({"decision": "allow"}).encode()
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "deed",
    [
        Say(status=200, body=b"<html>", headers={"Content-Type": "text/html"}),
        Say(status=200, body=b"OK"),
        Say(status=200, body=b'{"decision": "allow"', headers=JSON),
        Say(status=200, body=ALLOW, headers=JSON),
        Say(status=204, headers=JSON),
        Say(status=500, body=b"oops", headers={"Content-Type": "text/plain"}),
        Say(status=404, body=b"{}", headers={"Content-Type": "application/problem+json"}),
        Raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n"
            b"Content-Type: application/json\r\n\r\nabc"),
    ],
)  # fmt: skip
def test_server_that_is_not_assent(guarded: Client, between: Between, deed: Deed) -> None:
    between.deeds.append(deed)
    with pytest.raises(UnexpectedAnswerError):
        guarded.decide(allowed())
    assert len(between.seen) == 1


def test_redirect_is_not_followed_and_the_key_goes_nowhere(
    guarded: Client, between: Between
) -> None:
    between.deeds.append(Say(status=307, headers={"Location": f"{between.url}/elsewhere"}))
    with pytest.raises(UnexpectedAnswerError, match="give the address of the service itself"):
        guarded.decide(allowed())
    assert [path for path, _ in between.seen] == ["/v1/decisions?format=assent"]


def test_status_and_problem_that_differ(guarded: Client, between: Between) -> None:
    said = problem("not-found", 404)
    between.deeds.append(Say(status=410, body=said.body, headers=said.headers))
    with pytest.raises(UnexpectedAnswerError, match="answers 410, and says 404"):
        guarded.decisions.read("x")


def test_fault_of_the_service(guarded: Client, between: Between) -> None:
    between.deeds.append(problem("internal-error", 500))
    with pytest.raises(ServiceFaultError):
        guarded.decide(allowed())


def test_decision_that_was_not_asked_for(guarded: Client, between: Between, served: Served) -> None:
    """An answer on another campaign, or of a dry run, is no answer."""
    with Client(url_of(served), served.installation.tokens["both"]) as client:
        dry, other = client.decide(allowed(), dry_run=True), client.decide(allowed(id="other"))
    assert (dry.allowed, other.allowed) == (True, True)
    for answer in (_again(served, {"campaign": allowed(), "dry_run": True}),
                   _again(served, {"campaign": allowed(id="other")})):  # fmt: skip
        between.deeds.append(Say(status=200, body=answer, headers=JSON))
        with pytest.raises(UnexpectedAnswerError):
            guarded.decide(allowed())


def _again(served: Served, body: object) -> bytes:
    return served.request("POST", "/v1/decisions", json.dumps(body).encode())[2]


def test_batch_that_is_not_answered_whole(
    guarded: Client, between: Between, served: Served
) -> None:
    lines = served.request(
        "POST",
        "/v1/decisions/batch?dry_run=true",
        b"\n".join(json.dumps(allowed()).encode() for _ in range(3)),
        Content_Type="application/x-ndjson",
    )[2].splitlines(keepends=True)
    refusal = b'{"line":2,"error":' + problem("incomplete-body", 400).body + b"}\n"
    sent = {"Content-Type": "application/x-ndjson"}
    for answer, told in (
        ([], "0 of 1"),
        ([lines[1]], "missing"),
        (lines[:2], "more answers"),
        ([lines[0], refusal], "t: d"),
        ([b"7\n"], "is none"),
    ):
        between.deeds.append(Say(status=200, body=b"".join(answer), headers=sent))
        with pytest.raises(AssentError, match=told):
            list(guarded.decide_many([allowed()], dry_run=True))


# --- TLS --------------------------------------------------------------------------------------


def test_certificate_that_is_not_trusted_is_told(tmp_path: Path, between: Between) -> None:
    with (
        Client(between.url.replace("http:", "https:"), "assent_x", patience=QUICK) as client,
        pytest.raises(UnexpectedAnswerError, match="is it http:// there"),
    ):
        client.decide(allowed())
    with (
        _speaking_tls(tmp_path / "own.pem") as url,
        Client(url, "assent_x", patience=QUICK) as client,
        pytest.raises(UnexpectedAnswerError, match=r"not trusted: self-signed .* SSL_CERT_FILE"),
    ):
        client.decide(allowed())


@contextmanager
def _speaking_tls(file: Path) -> Iterator[str]:
    """Listen with a certificate that nobody else has signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    own = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = made.add_extension(own, critical=True).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, plain, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # A refused handshake is not printed.
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


# --- time -------------------------------------------------------------------------------------


def test_slow_service_is_not_waited_for(between: Between, served: Served) -> None:
    between.deeds.append(Wait(1.0))
    patience = Patience(timeout=0.2, tries=1)
    with (
        Client(between.url, served.installation.tokens["both"], patience=patience) as client,
        pytest.raises(UnreachableError, match="did not answer in time") as caught,
    ):
        client.decide(allowed())
    assert caught.value.may_have_arrived


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.check_policies({"p.policy": "module p"}),
        lambda client: client.decisions.erase(ground="objection", campaign="x"),
    ],
    ids=["an examination of policies", "an erasure"],
)
def test_what_takes_long_is_waited_for(
    between: Between, served: Served, ask: Callable[[Client], object]
) -> None:
    between.deeds.append(Wait(0.5))
    patience = Patience(timeout=0.2, total=0.3, tries=1)
    with (
        Client(between.url, served.installation.tokens["both"], patience=patience) as client,
        pytest.raises(UnreachableError, match="was lost before the answer came"),
    ):
        ask(client)


def test_answer_that_never_ends(between: Between, served: Served) -> None:
    between.deeds.append(Say(status=200, body=b" " * 100_000, headers=JSON))
    patience = Patience(total=0.0)
    with (
        Client(between.url, served.installation.tokens["both"], patience=patience) as client,
        pytest.raises(UnreachableError, match="takes too long"),
    ):
        client.decisions.read("x")


def test_answer_beyond_measure(
    guarded: Client, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1_000)
    between.deeds.append(Say(status=200, body=b" " * 1_001, headers=JSON))
    with pytest.raises(UnexpectedAnswerError, match="longer than 1,000 bytes"):
        guarded.decisions.read("x")


def test_nobody_listens() -> None:
    waits: list[float] = []
    url = f"http://127.0.0.1:{free_port()}"
    with (
        Client(url, "assent_x", patience=Patience(sleep=waits.append)) as client,
        pytest.raises(UnreachableError, match="cannot be reached") as caught,
    ):
        list(client.decide_many([allowed()]))
    assert not caught.value.may_have_arrived
    assert len(waits) == 4
    assert waits == sorted(waits)


# --- the service itself goes away -------------------------------------------------------------


def test_killed_processes_and_a_restart_cost_no_decision_and_make_none_twice(
    tmp_path: Path,
) -> None:
    """Clients go on while processes are killed, and while the whole server is and comes back."""
    installation = install(tmp_path, port=free_port(), log_level="error")
    url = f"http://127.0.0.1:{installation.settings.port}"
    patience = Patience(tries=600, sleep=lambda _: time.sleep(0.1))
    with (
        Client(url, installation.tokens["both"], patience=patience) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        with serving(installation) as served:
            waiting = [pool.submit(client.decide, campaign(id=f"k{n}")) for n in range(60)]
            waiting[10].result()
            for process in served.workers():
                os.kill(process, signal.SIGKILL)
            waiting[30].result()
            served.process.terminate()
        with serving(installation) as served:
            made = [each.result() for each in waiting]
            found = list(client.decisions.find())
    assert sorted(each.campaign or "" for each in found) == sorted(f"k{n}" for n in range(60))
    assert {each.id for each in found} == {each.id for each in made}


def test_rate_that_is_too_high_is_slowed_down(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port(), log_level="error", rate_limit="60")
    url = f"http://127.0.0.1:{installation.settings.port}"
    waits: list[float] = []
    patience = Patience(tries=2, sleep=waits.append)
    with serving(installation):
        with (
            Client(url, installation.tokens["both"], patience=patience) as client,
            pytest.raises(BusyError) as caught,
        ):
            [client.decide(allowed(), dry_run=True) for _ in range(80)]
        assert caught.value.problem.type == "/problems/too-many-requests"
        assert caught.value.retry_after is not None
        with Client(url, installation.tokens["both"]) as client:
            assert client.decide(allowed()).allowed
    assert waits
    assert min(waits) >= 1
