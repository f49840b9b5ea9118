"""Answers: decisions, pages, proofs and problems as JSON (RFC 8259), and their headers."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request, Response

from api.http.requests.bodies import JSON, TEXT
from api.http.requests.shapes import FULL
from api.log.listing import origin_document
from api.recording import Recorded
from engine import explain
from engine.audit.entries.record import LogEntry, Payload
from engine.audit.instants import rfc3339
from engine.audit.log import Receipt
from engine.audit.merkle.tree import InclusionProof, TreeHead
from engine.source.layout import Tone, plain_text, wrapped

from .problems import MEDIA_TYPE, Problem

SECURITY_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer, unless a route says otherwise. `Cache-Control` also keeps decisions out of every
cache on the way.
"""

_ENCODER = msgspec.json.Encoder()


def encoded(document: object) -> bytes:
    """Return the JSON text of an answer."""
    return _ENCODER.encode(document)


def json_answer(document: object, *, status: int = 200, type: str = JSON) -> Response:  # noqa: A002 - as in the header.
    """Return an answer in JSON."""
    return Response(encoded(document) + b"\n", status=status, content_type=type)


def problem_answer(problem: Problem, request_id: str) -> Response:
    """Return the answer that a problem is."""
    answer = json_answer(problem.document(request_id), status=problem.kind.status, type=MEDIA_TYPE)
    answer.headers.extend(dict(problem.headers))
    return answer


def decision_document(
    recorded: Recorded, view: str, *, proof: bytes | None = None
) -> dict[str, object]:
    """Return a decision as it is answered to whoever submitted the campaign.

    A dry run has no id: there is nothing to look up. `proof` is a receipt
    (`http.recorded.receipts`).
    """
    made = recorded.decided.document if view == FULL else recorded.decided.summary
    if recorded.receipt is None:
        return made | {"id": None, "recorded": False}
    return made | _recorded(recorded.receipt, proof)


def told_decision(answer: bytes, receipt: Receipt | None, more: Mapping[str, object]) -> bytes:
    """Return the JSON text of a decision of a batch: what was told of it, and what became of it.

    `answer` is the object without that, `more` what else is told. Without a receipt it is a dry
    run.
    """
    became = {"recorded": False} if receipt is None else _recorded(receipt, None)
    after = encoded({**became, **more})
    return b"%b,%b" % (answer[:-1], after[1:])


def logged_decision_document(
    entry: LogEntry, payload: Payload, view: str, *, proof: bytes | None = None
) -> dict[str, object]:
    """Return a decision from the log, as it was answered when it was made."""
    made: dict[str, object] = msgspec.json.decode(payload.result)
    return _viewed(made, view) | _recorded(entry, proof)


def _viewed(made: Mapping[str, object], view: str) -> dict[str, object]:
    return {name: value for name, value in made.items() if view == FULL or name != "rules"}


def _recorded(receipt: Receipt | LogEntry, proof: bytes | None) -> dict[str, object]:
    told = receipt_document(receipt)
    if proof is not None:
        told["proof"] = proof.decode()
    return {"recorded": True, "receipt": told}


def prefers_text(request: Request) -> bool:
    """Whether the caller would rather have text than JSON."""
    accept = request.headers.get("Accept", "")
    return (_prefers_text if len(accept) > _LONGEST_KEPT else _kept)(accept)


def _prefers_text(accept: str) -> bool:
    return parse_accept_header(accept, MIMEAccept).best_match((JSON, TEXT)) == TEXT


_LONGEST_KEPT = 200
"""A browser sends 140 characters; a stranger may send 100 headers, each of eight thousand."""

_kept = lru_cache(maxsize=64)(_prefers_text)  # Callers have a handful of these.


def decision_text(recorded: Recorded, *, proof: bytes | None = None) -> Response:
    """Return a decision as a person reads it, with where it lies in the log, and its receipt."""
    decided, receipt = recorded.decided, recorded.receipt
    where = "nothing was recorded: a dry run"
    if receipt is not None:
        where = f"recorded as entry {receipt.index} of the log, {decided.id}"
    advice = decided.advice("`POST /v1/facts`")
    told = "".join(plain_text(wrapped(each, "", Tone.REMEDY)) for each in advice)
    text = f"{explain(decided.decision, origin=decided.origin)}{told}{where}\n"
    if proof is not None:
        text += f"\n{proof.decode()}"
    return Response(text, content_type=f"{TEXT}; charset=utf-8")


def further_missing(made: Mapping[str, object]) -> dict[str, object]:
    """Return how many facts are wanted beyond those that a decision lists as missing, if any."""
    return {name: made[name] for name in ("more_missing",) if name in made}


def receipt_document(receipt: Receipt | LogEntry) -> dict[str, object]:
    """Return where a decision lies in the log."""
    return {
        "index": receipt.index,
        "leaf_hash": base64_text(receipt.leaf_hash),
        "logged_at": rfc3339(receipt.logged_at),
    }


def entry_document(entry: LogEntry, payload: Payload) -> dict[str, object]:
    """Return everything that the log has of a decision: what went in, and what came out."""
    result: dict[str, Any] = msgspec.json.decode(payload.result)
    return {
        **result,
        "recorded": True,
        "receipt": receipt_document(entry),
        **origin_document(entry.columns),
        "submitted": msgspec.Raw(payload.input),
    }


def proof_document(entry: LogEntry, proof: InclusionProof, head: TreeHead) -> dict[str, object]:
    """Return the proof that a decision is in the log; all bytes are in base64 (RFC 4648 §4)."""
    return {
        "index": proof.index,
        "size": proof.size,
        "leaf": base64_text(entry.leaf),
        "leaf_hash": base64_text(proof.leaf_hash),
        "hashes": [base64_text(each) for each in proof.hashes],
        "root": base64_text(head.root),
    }


def base64_text(value: bytes) -> str:
    """Return base64 with padding."""
    return base64.b64encode(value).decode()
