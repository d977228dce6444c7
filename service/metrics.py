"""Figures for Prometheus, in a registry of each app's own."""

from datetime import timedelta

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select

from service import clock
from service.cameras.models import CameraStatusRow
from service.cases.models import CaseRow
from service.database import Database

FRESH = timedelta(minutes=1)
"""A camera whose engine has said nothing of it for longer costs nothing that anybody knows of."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What is counted and timed."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "streetwarden_request_seconds",
            "Time until the answer began, by route",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=SECONDS,
        )
        self.ingest = Histogram(
            "streetwarden_ingest_seconds",
            "Time to take in a violation with its evidence",
            registry=self.registry,
            buckets=SECONDS,
        )
        self.violations = Counter(
            "streetwarden_violations", "Violations delivered, by outcome", ["outcome"], registry=self.registry
        )
        self.photos = Counter("streetwarden_photos", "Photos uploaded", registry=self.registry)
        self.frames = Counter("streetwarden_pushed_frames", "Frames pushed over HTTP", registry=self.registry)
        self.cases = Gauge("streetwarden_cases", "Cases by status and kind", ["status", "kind"], registry=self.registry)
        self.camera_cpu = Gauge(
            "streetwarden_camera_cpu_ratio",
            "CPU seconds a second that a camera costs its engine, by part: decode, model, rules",
            ["camera", "part"],
            registry=self.registry,
        )
        self.camera_age = Gauge(
            "streetwarden_camera_queue_age_seconds",
            "Age of a camera's results when its rules are through with them",
            ["camera"],
            registry=self.registry,
        )

    async def render(self, database: Database) -> Response:
        """All figures as text; cases and cameras are read from the database, so that all replicas say the same."""
        async with database.reading() as session:
            query = select(CaseRow.status, CaseRow.kind, func.count()).group_by(CaseRow.status, CaseRow.kind)
            counts = (await session.execute(query)).all()
            fresh = select(CameraStatusRow).where(CameraStatusRow.at >= clock.now() - FRESH)
            cameras = (await session.scalars(fresh)).all()
        self.cases.clear()
        for status, kind, count in counts:
            self.cases.labels(status=status, kind=kind).set(count)
        self.camera_cpu.clear()
        self.camera_age.clear()
        for camera in cameras:
            self._note_cost(camera)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def _note_cost(self, camera: CameraStatusRow) -> None:
        if camera.cost is None:
            return
        for part in ("decode", "model", "rules"):
            self.camera_cpu.labels(camera=camera.camera_id, part=part).set(camera.cost[part] / 1000)
        self.camera_age.labels(camera=camera.camera_id).set(camera.cost["queue_age"])
