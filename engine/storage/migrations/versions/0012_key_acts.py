"""The entries that tell of API keys; those of before are adopted by entries afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    place = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("api_key", sa.Column("entry", place))


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
