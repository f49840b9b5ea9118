"""What decisions are found by besides: facets, and the advertiser.

Facets of earlier decisions are derived from what is in clear. What is sealed is put down as due,
since opening it takes keys; `storage.due_facets` derives the rest. No record of an earlier version
says who advertises or on which platforms, and the facets of it say so.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from engine.audit.entries.record import read_result, search_facets
from engine.audit.errors import RecordError

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STEP = 256


def upgrade() -> None:
    op.add_column("log_entry", sa.Column("advertiser", sa.Text))
    for column in ("advertiser", "policy_set", "policy_version"):
        op.create_index(f"log_entry_{column}", "log_entry", [column, "index"])
    facets = op.create_table(
        "log_entry_facet",
        _entry_key(),
        sa.Column("facet", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("log_entry_facet_found", "log_entry_facet", ["facet", "index"])
    op.create_table("facets_due", _entry_key())
    connection = op.get_bind()
    for rows in _earlier(connection):
        connection.execute(sa.insert(facets), rows)
    connection.exec_driver_sql('INSERT INTO facets_due SELECT "index" FROM sealed')


def _entry_key() -> sa.Column[int]:
    return sa.Column(
        "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
    )


def _earlier(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    """Yield the rows of the decisions that are in the log in clear, some at a time."""
    payload = sa.table("payload", sa.column("index"), sa.column("result"))
    query = sa.select(payload.c.index, payload.c.result).order_by(payload.c.index).limit(_STEP)
    last = -1
    while read := connection.execute(query.where(payload.c.index > last)).mappings().all():
        last = read[-1]["index"]
        rows = [
            {"index": each["index"], "facet": facet}
            for each in read
            for facet in _facets(each["result"])
        ]
        if rows:
            yield rows


def _facets(result: bytes) -> tuple[str, ...]:
    try:
        return search_facets(read_result(result))
    except RecordError:  # Somebody altered it: `assent verify` names it, and nothing finds it.
        return ()


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
