"""Waivers that somebody asks for, what happens to them, and which decisions they let pass."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("policy_set", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("advertiser", sa.Text),
        sa.Column("markets", sa.Text, nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("requested", _BIG, sa.ForeignKey("log_entry.index"), nullable=False, unique=True),
        sa.Column("text", sa.Text),
    )
    op.create_index("waiver_state", "waiver", ["state", "requested"])
    op.create_index("waiver_rule", "waiver", ["policy_set", "rule", "requested"])
    op.create_index("waiver_requester", "waiver", ["requester", "requested"])
    op.create_table(
        "waiver_event",
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sa.Column("waiver", sa.Text, sa.ForeignKey("waiver.id"), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("waiver_event_waiver", "waiver_event", ["waiver", "index"])
    op.create_table(
        "waiver_use",
        sa.Column("waiver", sa.Text, sa.ForeignKey("waiver.id"), primary_key=True),
        sa.Column(
            "index", _BIG, sa.ForeignKey("log_entry.index"), primary_key=True, autoincrement=False
        ),
        sqlite_with_rowid=False,
    )
    op.add_column("api_key", sa.Column("may_grant", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
