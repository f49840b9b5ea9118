"""Time stamps of the log, as the settings say: whose, and how often."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from api.outward import poster
from engine.audit.checkpoints.publishing import CheckpointPublisher
from engine.audit.checkpoints.stamping import CheckpointStamper, stamp_by
from engine.audit.checkpoints.timestamp import (
    QUERY_TYPE,
    RESPONSE_LIMIT,
    Authority,
    Query,
    TimestampError,
)
from engine.storage.log.attestations import AttestationStore

from .settings import Settings
from .signing import SigningError


def stamper_of(
    settings: Settings,
    publisher: CheckpointPublisher,
    *,
    on_failure: Callable[[Exception | None], None],
) -> CheckpointStamper | None:
    """Return what has the log stamped, None where nobody is named who could.

    Raises `SigningError` for certificates that are none, and where the library is not installed.
    """
    authority = authority_of(settings)
    if authority is None:
        return None
    ask = partial(poster(QUERY_TYPE, RESPONSE_LIMIT), settings.log_tsa)
    return CheckpointStamper(
        publisher.latest,
        AttestationStore(path=settings.log_vouched),
        stamp_by(authority, ask),
        interval=60.0 * settings.log_tsa_minutes,
        on_failure=on_failure,
    )


def authority_of(settings: Settings) -> Authority | None:
    """Return the authority of the settings, None where there is none. Raises `SigningError`."""
    if not settings.log_tsa:
        return None
    file = Path(settings.log_tsa_certificates)
    try:
        Query.of(b"a trial: is the library there?")
        return Authority.read(file.read_bytes())
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise SigningError(f"the setting `log_tsa_certificates`: {reason}: `{file}`") from error
    except TimestampError as error:
        raise SigningError(f"the setting `log_tsa_certificates`: {error}") from error
