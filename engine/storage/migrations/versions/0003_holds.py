"""Whom the holds in force are on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column(
            "first", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("last", _BIG, sa.ForeignKey("log_entry.index"), nullable=False),
        sa.Column("selector", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("hold_on", "hold", ["selector", "value"])


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
