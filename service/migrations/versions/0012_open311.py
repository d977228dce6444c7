"""Reports of city apps, and who reported."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "service_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_code", sa.String(length=32), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("address_id", sa.String(length=100), nullable=False),
        sa.Column("media_url", sa.String(length=2000), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_service_requests_photo_id_photos"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_service_requests_case_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_service_requests"),
        sa.UniqueConstraint("owner_id", "idempotency_key", name="uq_service_requests_owner_id_idempotency_key"),
    )
    op.create_index("ix_service_requests_created_at_id", "service_requests", ["created_at", "id"])
    op.create_index("ix_service_requests_case_id", "service_requests", ["case_id"])
    op.create_table(
        "reporters",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=50), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("delete_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_requests.id"], name="fk_reporters_request_id_service_requests"
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_reporters"),
    )
    op.create_index("ix_reporters_delete_at", "reporters", ["delete_at"])


def downgrade() -> None:
    """Back to the revision before; what apps reported is gone, the cases and photos of it stay."""
    op.drop_table("reporters")
    op.drop_table("service_requests")
