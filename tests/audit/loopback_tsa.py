"""A time stamp authority on loopback: OpenSSL's `ts`, behind HTTP, with certificates of the day."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIGURATION = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass(slots=True, kw_only=True)
class LoopbackTSA:
    """An authority; `chain` is the file that who trusts it has."""

    directory: Path
    port: int = 0
    asked: int = 0
    instead: Callable[[bytes], tuple[int, bytes] | None] = lambda _body: None

    @property
    def chain(self) -> Path:
        return self.directory / "chain.pem"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def answer(self, query: bytes) -> bytes:
        """Return the response to a request."""
        (self.directory / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query"]
        command += ["-signer", "tsa.pem", "-inkey", "tsa.key"]
        done = subprocess.run(  # noqa: S603 - OpenSSL, as it is found.
            [*command, "-out", "response"], cwd=self.directory, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return (self.directory / "response").read_bytes()


def made(directory: Path) -> LoopbackTSA:
    """Return an authority with new keys. Skips where there is no OpenSSL."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no `openssl` here to stamp with")
    directory.mkdir()
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("root", "root", root_key, root_key, is_root=True)
    own = _certificate("tsa", "root", key, root_key, is_root=False)
    pem = serialization.Encoding.PEM
    (directory / "root.pem").write_bytes(root.public_bytes(pem))
    (directory / "tsa.pem").write_bytes(own.public_bytes(pem))
    (directory / "tsa.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (directory / "tsa.cnf").write_text(_CONFIGURATION)
    (directory / "serial").write_text("01\n")
    (directory / "chain.pem").write_bytes(own.public_bytes(pem) + root.public_bytes(pem))
    return LoopbackTSA(directory=directory)


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    )
    if not is_root:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@contextmanager
def stamping(tsa: LoopbackTSA) -> Iterator[LoopbackTSA]:
    """Let an authority answer on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            tsa.asked += 1
            told = tsa.instead(body)
            status, content = (200, tsa.answer(body)) if told is None else told
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tsa.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
