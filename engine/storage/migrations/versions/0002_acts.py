"""Entries of every kind, and which entry erased which.

SQLite cannot make a column nullable. The log's tables are therefore made anew, filled, and put in
the place of the old ones; children go before their parent, so that no reference is ever broken.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = "new_log_entry"
_CHILDREN = ("log_entry_rule", "payload", "disclosure")
_INDEXED = ("decided_at", "outcome", "conclusive", "campaign", "actor", "policy_digest", "kind")
_SAME = (
    '"index", logged_at, leaf, leaf_hash, decided_at, outcome, conclusive, campaign, policy_set,'
    " policy_version, policy_digest, actor"
)


def upgrade() -> None:
    _create_entries()
    _create_children()
    op.execute(
        f"INSERT INTO {_NEW} (kind, id, {_SAME})"  # noqa: S608 - constants of this file.
        f" SELECT 'decision', decision_id, {_SAME} FROM log_entry"
    )
    for table in _CHILDREN:
        op.execute(f"INSERT INTO new_{table} SELECT * FROM {table}")  # noqa: S608 - as above.
    for table in (*_CHILDREN, "log_entry"):
        op.drop_table(table)
    for table in ("log_entry", *_CHILDREN):
        op.rename_table(f"new_{table}", table)
    for column in _INDEXED:
        op.create_index(f"log_entry_{column}", "log_entry", [column, "index"])
    op.create_index("log_entry_rule_found", "log_entry_rule", ["rule", "status", "index"])
    op.create_table(
        "erased",
        _key("log_entry"),
        sa.Column("erasure", _BIG, sa.ForeignKey("log_entry.index"), nullable=False),
    )


def _create_entries() -> None:
    op.create_table(
        _NEW,
        sa.Column("index", _BIG, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("conclusive", sa.Boolean),
        sa.Column("campaign", sa.Text),
        sa.Column("policy_set", sa.Text),
        sa.Column("policy_version", sa.Text),
        sa.Column("policy_digest", sa.Text),
        sa.Column("actor", sa.Text),
    )


def _create_children() -> None:
    op.create_table(
        "new_log_entry_rule",
        _key(_NEW),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "new_payload",
        _key(_NEW),
        sa.Column("input", sa.LargeBinary, nullable=False),
        sa.Column("input_salt", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.Column("result_salt", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "new_disclosure",
        _key(_NEW),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("disclosure", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _key(parent: str) -> sa.Column[int]:
    reference = sa.ForeignKey(f"{parent}.index")
    return sa.Column("index", _BIG, reference, primary_key=True, autoincrement=False)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
