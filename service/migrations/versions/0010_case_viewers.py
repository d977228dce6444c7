"""Who looks at a case now."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "case_viewers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_viewers_case_id_cases", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_case_viewers_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "user_id", name="pk_case_viewers"),
    )
    op.create_index("ix_case_viewers_until", "case_viewers", ["until"])


def downgrade() -> None:
    """Back to the revision before; nobody looks at anything."""
    op.drop_table("case_viewers")
