"""Queries that auditors save under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_query",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("index", _BIG, sa.ForeignKey("log_entry.index"), nullable=False),
        sa.Column("filters", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
