"""Anchors of the audit: where the chain ended on a day, signed."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE_TRIGGER = """
CREATE TRIGGER audit_anchors_no_{action} BEFORE {event} ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""

POSTGRESQL_TRIGGER = """
CREATE TRIGGER audit_anchors_no_{action} BEFORE {event} ON audit_anchors
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "audit_anchors",
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_anchors"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for event in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(POSTGRESQL_TRIGGER.format(action=event.lower(), event=event))
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(SQLITE_TRIGGER.format(action=event.lower(), event=event))


def downgrade() -> None:
    """Back to the revision before; the audit itself still tells of each anchor, with its signature."""
    op.drop_table("audit_anchors")
