"""Which erasure was the last whose traces were cleaned out of the files (`lifecycle.cleaning`)."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cleaned",
        sa.Column(
            "one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("erasure", _BIG, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
