"""Contents that are sealed, the key store that they are sealed under, and keys to be destroyed.

What is stored in clear stays so here: sealing needs keys, which a migration has not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sealed",
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("names", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "key_store",
        sa.Column(
            "one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("id", sa.Text, nullable=False),
    )
    op.create_table(
        "doomed_key",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("is_destroyed", sa.Boolean, nullable=False),
    )
    op.create_index("doomed_key_is_destroyed", "doomed_key", ["is_destroyed"])


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
