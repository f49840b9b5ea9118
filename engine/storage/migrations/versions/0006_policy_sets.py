"""Policy sets, their versions, and what happened to them; whose a key is, and for which sets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "policy_set",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "policy_set_version",
        sa.Column("policy_set", sa.Text, sa.ForeignKey("policy_set.name"), primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("policy_version.digest"), primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("is_sound", sa.Boolean, nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "policy_event",
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("policy_set", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("transition", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("in_force_from", sa.BigInteger),
        sa.Column("cancelled", _BIG, sa.ForeignKey("log_entry.index")),
        sa.ForeignKeyConstraint(
            ["policy_set", "digest"],
            ["policy_set_version.policy_set", "policy_set_version.digest"],
        ),
    )
    op.create_index("policy_event_version", "policy_event", ["policy_set", "digest", "index"])
    op.add_column("api_key", sa.Column("principal", sa.Text))
    op.add_column("api_key", sa.Column("policy_sets", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
