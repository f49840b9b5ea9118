"""The words of justifications, and what finds them; those of earlier decisions are derived."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from engine.audit.entries.record import justification_words, read_result
from engine.audit.errors import RecordError

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STEP = 256

# Every character but spaces is part of a word: what a word is, is decided before it is stored.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE log_entry_found USING fts5(
        words, content='log_entry_words', content_rowid='index', detail='none',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    )
    """,
    """
    CREATE TRIGGER log_entry_words_added AFTER INSERT ON log_entry_words BEGIN
        INSERT INTO log_entry_found (rowid, words) VALUES (new."index", new.words);
    END
    """,
    """
    CREATE TRIGGER log_entry_words_removed AFTER DELETE ON log_entry_words BEGIN
        INSERT INTO log_entry_found (log_entry_found, rowid, words)
        VALUES ('delete', old."index", old.words);
    END
    """,
    """
    CREATE TRIGGER log_entry_words_changed AFTER UPDATE ON log_entry_words BEGIN
        INSERT INTO log_entry_found (log_entry_found, rowid, words)
        VALUES ('delete', old."index", old.words);
        INSERT INTO log_entry_found (rowid, words) VALUES (new."index", new.words);
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE INDEX log_entry_words_found ON log_entry_words
    USING gin (array_to_tsvector(string_to_array(words, ' ')))
    """,
)


def upgrade() -> None:
    words = op.create_table(
        "log_entry_words",
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("words", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    for rows in _earlier(connection):
        connection.execute(sa.insert(words), rows)


def _earlier(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    """Yield the rows of the decisions that are in the log, some at a time."""
    payload = sa.table("payload", sa.column("index"), sa.column("result"))
    query = sa.select(payload.c.index, payload.c.result).order_by(payload.c.index).limit(_STEP)
    last = -1
    while read := connection.execute(query.where(payload.c.index > last)).mappings().all():
        last = read[-1]["index"]
        rows = [{"index": each["index"], "words": _words(each["result"])} for each in read]
        if found := [row for row in rows if row["words"]]:
            yield found


def _words(result: bytes) -> str:
    try:
        return justification_words(read_result(result))
    except RecordError:  # Somebody altered it: `assent verify` names it, and nothing finds it.
        return ""


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
