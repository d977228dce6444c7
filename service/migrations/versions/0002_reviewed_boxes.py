"""Boxes that a reviewer drew: what the last original of a case really shows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("cases", sa.Column("boxes", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Back to the revision before; the boxes stay in the audit."""
    op.drop_column("cases", "boxes")
