"""Standing facts, and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "standing_fact",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("index", _BIG, sa.ForeignKey("log_entry.index"), nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean, nullable=False),
    )
    op.create_index("standing_fact_subject", "standing_fact", ["kind", "name"])
    op.create_table(
        "standing_fact_version",
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("fact", sa.Text, sa.ForeignKey("standing_fact.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("transition", sa.Text, nullable=False),
        sa.Column("commitment", sa.Text),
        sa.Column("content", sa.LargeBinary),
        sa.Column("key", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "standing_fact_version_of", "standing_fact_version", ["fact", "version"], unique=True
    )


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
