"""A log whose contents are sealed, and what the tests of it have in common."""

import io
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from engine.audit.entries.acts import Ground
from engine.audit.entries.record import seal
from engine.audit.export import write_export
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.storage.databases.database import Database
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_store import KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import NOON, Clock


def sealed_database(url: str, contents: Contents) -> Iterator[Database]:
    """Give a new database whose contents are sealed."""
    migrate(url)
    opened = Database(url, contents=contents)
    begin_sealing(opened, contents)
    yield opened
    opened.close()


def contents_of(keys_url: str, content_key: WrappingKeyFile) -> Contents:
    return Contents(KeyStore(Database(keys_url), content_key))


def fill(store: SQLLogStore, make_record: Any, count: int, **changes: Any) -> list[str]:
    records = [make_record(**changes) for _ in range(count)]
    store.append([seal(record) for record in records])
    return [record.decision_id for record in records]


def report_of(database: Database) -> VerificationReport:
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(stream, head=head, entries=log.entries(size=head.size), exported_at=NOON)
    stream.seek(0)
    return verify_export(stream, trusted=head)


def erase(database: Database, decision_id: str, clock: Clock) -> int:
    erasures = Erasures(database, clock=clock)
    done = erasures.erase(Selector.DECISION, decision_id, ground=Ground.OBJECTION, actor="x")
    return done.decisions


def count_of(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def unread_of(database: Database) -> list[object]:
    entries = Decisions(database).entries(size=TileLog(database).head().size)
    return [each.unread and each.unread.why for each in entries]
