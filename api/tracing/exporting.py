"""Whether spans are exported, as the settings say, and what the service's own log hears of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.installation.settings import Settings
from api.installation.setup import NotInstalled
from api.journal import ERRORS

if TYPE_CHECKING:
    from .otlp import Exporter


def check_tracing(settings: Settings) -> None:
    """Raise `NotInstalled` where spans should be exported, and the library for it is not there."""
    if settings.otlp_endpoint is not None:
        _library()


def exporter_of(settings: Settings, on_loss: Callable[[int], None]) -> Exporter | None:
    """Return what exports spans, begun; None where no collector is named. Raises `NotInstalled`.

    `on_loss` hears how many are lost, each time that some are. To be called in the process that
    exports, since its thread does not survive a fork.
    """
    if settings.otlp_endpoint is None:
        return None
    _library()
    from .otlp import Exporter  # noqa: PLC0415 - an extra, which costs time and memory to load.

    public = urlsplit(settings.public_url or "").hostname
    return Exporter(
        settings.otlp_endpoint,
        server=public or settings.host,
        on_failure=_journal_failure,
        on_recovery=_journal_recovery,
        on_loss=on_loss,
    )


def _library() -> None:
    try:
        importlib.import_module("api.tracing.otlp")
    except ModuleNotFoundError as error:
        raise NotInstalled(
            f"the setting `otlp_endpoint` needs the package {error.name}, which is not installed;"
            " install it with `pip install 'assent[otel]'`"
        ) from error


def _journal_failure(reason: str) -> None:
    ERRORS.error("spans are not exported", extra={"fields": {"reason": reason}})


def _journal_recovery(lost: int) -> None:
    ERRORS.warning("spans are exported again", extra={"fields": {"lost": lost}})
