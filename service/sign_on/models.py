"""Sign-ins that are under way at the identity provider."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class SignOnRow(Base):
    """A browser that was sent to the provider; ``id`` is the hash of the state that it must bring back, once."""

    __tablename__ = "sign_ons"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
