"""Requests that have their decision, by their idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "request_key",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary),
        sa.Column("index", _BIG, sa.ForeignKey("log_entry.index"), nullable=False),
        sa.Column("logged_at", sa.BigInteger, nullable=False),
    )
    op.create_index("request_key_index", "request_key", ["index"])
    op.create_index("request_key_logged_at", "request_key", ["logged_at"])


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
