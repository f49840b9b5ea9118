"""Time stamps of checkpoints: RFC 3161, by an authority that others trust for the time.

A time stamp says that the checkpoint existed at a time, and with it every entry that it covers.
The stamped bytes are those of the signed note, signatures and all. `rfc3161-client` reads and
verifies (extra `timestamps`): the token is signed by a certificate for time stamping, whose chain
ends at a root that the caller names, as of the time that is stamped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Self

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

_OPENSSL = re.compile(r'(?:data|reason): "([^"]+)"(?! *,? *(?:file|line))')

RESPONSE_LIMIT = 256 * 1024
"""The most bytes of a response that are read."""

LATEST_PATH = "timestamps/latest"
"""Where a log says the size that was stamped last, in decimal and a line feed."""

RESPONSE_SUFFIX = ".tsr"
"""What the name of a stamped checkpoint's time stamp ends in."""

QUERY_TYPE = "application/timestamp-query"
"""The media type of a request: RFC 3161 §3.4."""


class TimestampError(ValueError):
    """A time stamp cannot be asked for, read or verified; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """Which size of a log was stamped, and when."""

    size: int
    moment: datetime


def stamp_path(size: str) -> str:
    """Return where a log has the checkpoint of a size that was stamped; "" for what is no size."""
    return f"timestamps/{size}" if size.isascii() and size.isdigit() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A trusted time stamp authority: its roots, intermediates, and signing certificate.

    `own` is for time stamps that do not include their certificate; None where it was not given.
    """

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    own: x509.Certificate | None

    @classmethod
    def read(cls, pem: bytes) -> Self:
        """Return the authority of a chain of certificates. Raises `TimestampError`."""
        try:
            found = x509.load_pem_x509_certificates(pem)
        except ValueError as error:
            raise TimestampError("there are no certificates in it (PEM)") from error
        return cls.of(found)

    @classmethod
    def of(cls, found: Sequence[x509.Certificate]) -> Self:
        """Return the authority of some certificates. Raises `TimestampError` without a root."""
        roots = tuple(each for each in found if each.issuer == each.subject)
        if not roots:
            raise TimestampError("none of its certificates is a root, which signs itself")
        return cls(
            roots=roots,
            intermediates=tuple(each for each in found if each not in roots),
            own=next(filter(_stamps, found), None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request for a time stamp of some bytes, with a nonce of its own."""

    content: bytes
    nonce: int
    encoded: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return a request over SHA-256 that asks for the certificate as well."""
        client = _client()
        builder = client.TimestampRequestBuilder().data(content)
        made = builder.hash_algorithm(client.HashAlgorithm.SHA256).build()
        return cls(content=content, nonce=made.nonce, encoded=made.as_bytes())

    def answered(self, response: bytes, authority: Authority) -> datetime:
        """Return the time in the answer to this request. Raises `TimestampError`."""
        return stamped_at(response, self.content, authority, nonce=self.nonce)


def stamped_at(
    response: bytes, content: bytes, authority: Authority, *, nonce: int | None = None
) -> datetime:
    """Return when an authority has stamped some bytes. Raises `TimestampError` where it has not."""
    client = _client()
    try:
        decoded = client.decode_timestamp_response(response)
        own = None if decoded.signed_data.certificates else authority.own
        verifier = client.VerifierBuilder(
            tsa_certificate=own,
            intermediates=list(authority.intermediates),
            roots=list(authority.roots),
            nonce=nonce,
        ).build()
        verifier.verify_message(decoded, content)
        stamped: datetime = decoded.tst_info.gen_time
    except (ValueError, client.VerificationError) as error:
        raise TimestampError(f"the time stamp is refused: {_reason(error)}") from error
    return stamped.astimezone(UTC)


def _reason(error: Exception) -> str:
    """Return why the library refuses, in the words of OpenSSL where it asked that."""
    text = str(error)
    found = _OPENSSL.findall(text)
    if found:
        text = f"its certificate or signature: {found[0].removeprefix('Verify error: ')}"
    text = text.rstrip(".: ")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _stamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage.value


def _client() -> ModuleType:
    """Return the library. Raises `TimestampError` where it is not installed."""
    try:
        import rfc3161_client  # noqa: PLC0415 - an extra, which only who uses it needs.
    except ImportError as error:
        raise TimestampError(
            "time stamps need a library: `pip install 'assent[timestamps]'`"
        ) from error
    return rfc3161_client
