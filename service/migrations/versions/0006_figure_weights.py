"""How much each part of a unit's score weighs."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "figure_weights",
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_figure_weights"),
    )


def downgrade() -> None:
    """Back to the revision before; the audit still tells which weights there were."""
    op.drop_table("figure_weights")
