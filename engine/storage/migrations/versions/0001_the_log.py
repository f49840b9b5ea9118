"""The log, what lies beside it, policy versions and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_log()
    _create_contents()
    _create_policies_and_keys()


def _create_log() -> None:
    op.create_table(
        "log_entry",
        sa.Column("index", _BIG, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.Text, nullable=False, unique=True),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("conclusive", sa.Boolean, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("policy_set", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Text),
        sa.Column("policy_digest", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
    )
    op.create_index("log_entry_decided_at", "log_entry", ["decided_at", "index"])
    op.create_index("log_entry_outcome", "log_entry", ["outcome", "index"])
    op.create_index("log_entry_conclusive", "log_entry", ["conclusive", "index"])
    op.create_index("log_entry_campaign", "log_entry", ["campaign", "index"])
    op.create_index("log_entry_actor", "log_entry", ["actor", "index"])
    op.create_index("log_entry_policy_digest", "log_entry", ["policy_digest", "index"])
    op.create_table(
        "log_entry_rule",
        _entry_key(),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("log_entry_rule_found", "log_entry_rule", ["rule", "status", "index"])
    head = op.create_table(
        "log_head",
        sa.Column(
            "one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(head, [{"one": 1, "size": 0, "frontier": b"", "logged_at": 0}])
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
    )


def _create_contents() -> None:
    op.create_table(
        "payload",
        _entry_key(),
        sa.Column("input", sa.LargeBinary, nullable=False),
        sa.Column("input_salt", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.Column("result_salt", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "disclosure",
        _entry_key(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("disclosure", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_policies_and_keys() -> None:
    op.create_table(
        "policy_version",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("files", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_key",
        sa.Column("prefix", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
    )
    in_force = sa.text("revoked_at IS NULL")
    op.create_index(
        "api_key_name_in_force",
        "api_key",
        ["name"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _entry_key() -> sa.Column[int]:
    return sa.Column(
        "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
    )


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
