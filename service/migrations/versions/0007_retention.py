"""Retention: how long files are kept, holds, and which files were deleted."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "retention_rules",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_retention_rules"),
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("placed_by", sa.String(length=100), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("released_by", sa.String(length=100), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_holds_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_case_id", "holds", ["case_id"])
    for table in ("evidence", "photos"):
        op.add_column(table, sa.Column("deleted_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Back to the revision before; the audit still tells of rules, holds and deletions."""
    for table in ("photos", "evidence"):
        op.drop_column(table, "deleted_at")
    op.drop_table("holds")
    op.drop_table("retention_rules")
