"""An index for what was closed when: trends, the archive of a year, retention."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    where = sa.text("closed_at IS NOT NULL")
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_index("ix_cases_closed_at", "cases")
