"""What each camera costs its engine."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision; costs come with the next status."""
    op.add_column("camera_statuses", sa.Column("cost", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("camera_statuses", "cost")
