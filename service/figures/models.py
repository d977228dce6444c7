"""What figures keep in the database: how much each part of a score weighs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class FigureWeightRow(Base):
    """How much one part of a unit's score weighs; a part without a row weighs as `service.figures.scores` says."""

    __tablename__ = "figure_weights"

    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    weight: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
