"""A witness on loopback, written from C2SP tlog-witness and tlog-cosignature and nothing of ours.

It does what the protocol demands, and what a test tells it to do instead.
"""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Answered: TypeAlias = tuple[int, bytes]
"""A status and a body."""


@dataclass(slots=True, kw_only=True)
class LoopbackWitness:
    """A witness; `logs` are the raw public keys of each origin, `seen` its size and root."""

    name: str
    seed: bytes = bytes(32)
    time: int = 1_790_000_000
    logs: dict[str, list[bytes]] = field(default_factory=dict)
    seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    instead: Callable[[bytes], Answered | None] = lambda _body: None
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def vkey(self) -> str:
        """The public key, as C2SP signed-note writes one of the kind 0x04."""
        public = b"\x04" + self._key.public_key().public_bytes_raw()
        return f"{self.name}+{self._id.hex()}+{base64.b64encode(public).decode()}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, body: bytes) -> Answered:
        """Return what the protocol demands as the answer to a request."""
        head, _, note = body.partition(b"\n\n")
        first, *proof = head.decode().split("\n")
        old = int(first.removeprefix("old "))
        text, _, signed = note.decode().rpartition("\n\n")
        text += "\n"
        origin, size, root = text.splitlines()[:3]
        if origin not in self.logs:
            return 404, b"unknown log\n"
        if not any(
            self._is_signed(text, line, key)
            for line in signed.splitlines()
            for key in self.logs[origin]
        ):
            return 403, b"invalid signature\n"
        if old > int(size):
            return 400, b""
        at, known = self.seen.get(origin, (0, b""))
        if old != at:
            return 409, f"{at}\n".encode()
        hashes = [base64.b64decode(line) for line in proof]
        found = base64.b64decode(root)
        if old == int(size) and old and (found != known or hashes):
            return 409, f"{at}\n".encode()
        if 0 < old < int(size) and not _extends(old, known, int(size), found, hashes):
            return 422, b"consistency proof\n"
        self.seen[origin] = (int(size), found)
        return 200, self.cosign(text)

    def cosign(self, text: str) -> bytes:
        """Return the line of a cosignature."""
        signature = self._key.sign(f"cosignature/v1\ntime {self.time}\n{text}".encode())
        raw = self._id + self.time.to_bytes(8, "big") + signature
        return f"— {self.name} {base64.b64encode(raw).decode()}\n".encode()

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def _id(self) -> bytes:
        public = self._key.public_key().public_bytes_raw()
        return hashlib.sha256(self.name.encode() + b"\n\x04" + public).digest()[:4]

    @staticmethod
    def _is_signed(text: str, line: str, key: bytes) -> bool:
        signature = base64.b64decode(line.split(" ")[2])[4:]
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


def _extends(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """RFC 6962 §2.1.2, by the recursion of its definition: each subtree takes its own hashes."""
    rest = list(proof)  # The hashes of the outermost subtrees come last.

    def walk(known: int, low: int, high: int, *, whole: bool) -> tuple[bytes, bytes]:
        """Return the old root and the new one over [low, high)."""
        if known == high - low:
            found = old_root if whole else rest.pop()
            return found, found
        split = 1
        while split * 2 < high - low:
            split *= 2
        right = rest.pop()
        if known <= split:
            older, newer = walk(known, low, low + split, whole=whole)
            return older, _node(newer, right)
        older, newer = walk(known - split, low + split, high, whole=False)
        return _node(right, older), _node(right, newer)

    try:
        return walk(old, 0, size, whole=True) == (old_root, root) and not rest
    except IndexError:
        return False


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@contextmanager
def listening(witness: LoopbackWitness) -> Iterator[LoopbackWitness]:
    """Let a witness answer on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            witness.requests.append(body)
            told = witness.instead(body)
            status, content = witness.answer(body) if told is None else told
            self.send_response(status)
            if status == 409 and content:
                self.send_header("Content-Type", "text/x.tlog.size")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", witness.port), Handler)
    witness.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield witness
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
