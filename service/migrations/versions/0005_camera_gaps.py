"""When cameras could not see, and what is told about the signals of their crosswalks."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LASTING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "camera_signals",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("crosswalk", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name="fk_camera_signals_camera_id_cameras", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("camera_id", "crosswalk", name="pk_camera_signals"),
    )
    op.create_table(
        "camera_gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name="fk_camera_gaps_camera_id_cameras", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_camera_gaps"),
    )
    op.create_index("ix_camera_gaps_camera_id_started_at_id", "camera_gaps", ["camera_id", "started_at", "id"])
    op.create_index(
        "ix_camera_gaps_lasting", "camera_gaps", ["camera_id"], sqlite_where=LASTING, postgresql_where=LASTING
    )
    with op.batch_alter_table("alerts") as table:  # an alert about a camera names it
        table.alter_column("code", existing_type=sa.String(length=64), type_=sa.String(length=100))


def downgrade() -> None:
    """Back to the revision before; gaps are forgotten."""
    with op.batch_alter_table("alerts") as table:
        table.alter_column("code", existing_type=sa.String(length=100), type_=sa.String(length=64))
    op.drop_table("camera_gaps")
    op.drop_table("camera_signals")
