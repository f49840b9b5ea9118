"""The publisher of the log, as the settings say: which witnesses there are, and where they are."""

import time

from api.outward import poster
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.checkpoints.panel import WitnessPanel
from engine.audit.checkpoints.publishing import CheckpointPublisher, Watch
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.checkpoints.witness import ANSWER_LIMIT
from engine.storage.databases.database import Database
from engine.storage.log.anchor import KeyFile
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.tile_log import TileLog

from .settings import Settings

_SILENT = Watch()


def publisher_of(
    settings: Settings, database: Database, signer: CheckpointSigner, watch: Watch = _SILENT
) -> CheckpointPublisher:
    """Return the publisher of the log in a database."""
    file = KeyFile(settings.log_key)

    def keys() -> tuple[VerifierKey, ...]:
        return file.read().verifiers

    memory = AttestationStore(path=settings.log_vouched)
    return CheckpointPublisher(signer, memory, keys, _panel(settings, database), watch)


def _panel(settings: Settings, database: Database) -> WitnessPanel | None:
    if not settings.log_witnesses:
        return None
    return WitnessPanel(
        TileLog(database),
        settings.log_witnesses,
        settings.log_quorum,
        post=poster("text/plain; charset=utf-8", ANSWER_LIMIT),
        clock=time.time,
    )
