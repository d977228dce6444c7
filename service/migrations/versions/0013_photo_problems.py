"""Which photos are of one problem."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEX = "ix_photos_owner_id_problem"


def upgrade() -> None:
    """To this revision; photos that are there are of no problem that anybody named."""
    op.add_column("photos", sa.Column("problem", sa.Uuid(), nullable=True))
    named = sa.text("problem IS NOT NULL")
    op.create_index(INDEX, "photos", ["owner_id", "problem"], sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    """Back to the revision before; cases that were joined stay so."""
    op.drop_index(INDEX, "photos")
    op.drop_column("photos", "problem")
