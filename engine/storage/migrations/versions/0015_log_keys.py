"""Whose keys sign the log: it is bound to them once they are known (`storage.log.log_key`)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_key",
        sa.Column(
            "one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("vkey", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
