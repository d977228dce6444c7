"""A camera's second, small stream."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision; cameras have none."""
    op.add_column("cameras", sa.Column("substream", sa.String(500), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("cameras", "substream")
