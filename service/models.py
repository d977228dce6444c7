"""All tables: importing this module makes `service.database.Base.metadata` complete."""

from service.api_keys.models import ApiKeyRow
from service.areas.models import AreaRow
from service.audit.models import AuditAnchorRow, AuditHeadRow, AuditRow
from service.calendars.models import CalendarDayRow, CalendarRow
from service.cameras.models import CameraGapRow, CameraRow, CameraSignalRow, CameraStatusRow
from service.cases.models import CaseNumberRow, CaseRow
from service.database import Base
from service.events.models import EventRow
from service.evidence.models import EvidenceRow
from service.figures.models import FigureWeightRow
from service.notices.models import MailRow, NoticeRow, NoticeSettingsRow
from service.open311.models import ReporterRow, ServiceRequestRow
from service.photos.models import PhotoRow
from service.presence.models import CaseViewerRow
from service.retention.models import HoldRow, RetentionRuleRow
from service.second_factors.models import SecondFactorRow
from service.sessions.models import SessionRow, SignInFailureRow
from service.sign_on.models import SignOnRow
from service.standards.models import StandardRow
from service.system.models import AlertRow, EngineRow
from service.units.models import ResponsibilityRow, UnitRow
from service.users.models import UserRow
from service.violations.models import ViolationRow
from service.webhooks.models import WebhookDeliveryRow, WebhookHeadRow, WebhookRow

__all__ = [
    "AlertRow",
    "ApiKeyRow",
    "AreaRow",
    "AuditAnchorRow",
    "AuditHeadRow",
    "AuditRow",
    "Base",
    "CalendarDayRow",
    "CalendarRow",
    "CameraGapRow",
    "CameraRow",
    "CameraSignalRow",
    "CameraStatusRow",
    "CaseNumberRow",
    "CaseRow",
    "CaseViewerRow",
    "EngineRow",
    "EventRow",
    "EvidenceRow",
    "FigureWeightRow",
    "HoldRow",
    "MailRow",
    "NoticeRow",
    "NoticeSettingsRow",
    "PhotoRow",
    "ReporterRow",
    "ResponsibilityRow",
    "RetentionRuleRow",
    "SecondFactorRow",
    "ServiceRequestRow",
    "SessionRow",
    "SignInFailureRow",
    "SignOnRow",
    "StandardRow",
    "UnitRow",
    "UserRow",
    "ViolationRow",
    "WebhookDeliveryRow",
    "WebhookHeadRow",
    "WebhookRow",
]
