"""An index of acts by what their leaves say: of which kind each is, and on which key."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As `storage.log.leaf_kinds` asks. SQLite uses an index for the very same expressions only.
_SQLITE = """
    CREATE INDEX log_entry_of_leaf ON log_entry (
        substr(leaf, instr(leaf, X'226b696e64223a22') + 8, 3),
        substr(leaf, instr(leaf, X'226b6579223a22') + 7, 8),
        "index"
    ) WHERE substr(leaf, instr(leaf, X'226b696e64223a22') + 8, 3) != X'646563'
"""
_POSTGRESQL = r"""
    CREATE INDEX log_entry_of_leaf ON log_entry (
        substr(leaf, position('\x226b696e64223a22'::bytea IN leaf) + 8, 3),
        substr(leaf, position('\x226b6579223a22'::bytea IN leaf) + 7, 8),
        "index"
    ) WHERE substr(leaf, position('\x226b696e64223a22'::bytea IN leaf) + 8, 3) <> '\x646563'
"""


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(_SQLITE if is_sqlite else _POSTGRESQL)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
