"""The salts by which the log commits to whom holds are on; those of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hold", sa.Column("salt", sa.LargeBinary))


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
