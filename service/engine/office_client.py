"""The office as an engine sees it: its public HTTP API."""

from contextlib import ExitStack
from typing import Any, BinaryIO
from uuid import UUID

import httpx

from detector.outbox import Parcel
from service.cameras.schemas import Camera, CameraPage, CameraStatusReport, SnapshotStored
from service.photos.schemas import ClaimedPhotos, Photo
from service.system.schemas import EngineReport

_TIMEOUT = httpx.Timeout(30.0, connect=3.0)


class OfficeUnreachableError(Exception):
    """The office does not answer or cannot do it now; the same request may succeed later."""


class OfficeRefusedError(Exception):
    """The office will never take this; the text says why."""


class OfficeClient:
    """Calls the office; every method raises :class:`OfficeUnreachableError` or :class:`OfficeRefusedError`.

    Args:
        url: where the office answers, without ``/api/v1``.
        key: an API key with the scope ``engine``.
    """

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {key}", "User-Agent": "street-warden-engine"},
            timeout=_TIMEOUT,
            trust_env=False,
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def cameras(self) -> list[Camera]:
        """All cameras, with their scenes and with credentials in their sources."""
        cameras: list[Camera] = []
        cursor: str | None = None
        while True:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = CameraPage.model_validate_json(self._send("GET", "/cameras", params=query).content)
            cameras.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return cameras

    def deliver(self, parcel: Parcel) -> None:
        """Hand over a violation with its evidence; twice does no harm."""
        with ExitStack() as stack:
            files: list[tuple[str, tuple[str, BinaryIO, str]]] = []
            for evidence in parcel.violation.evidence:
                opened = stack.enter_context((parcel.folder / evidence.file).open("rb"))
                files.append(("files", (evidence.file, opened, evidence.media_type)))
            document = parcel.violation.model_dump_json()
            # The document goes as a part without a file name: so it is multipart also where there is no file.
            self._send("POST", "/violations", files=[("violation", (None, document)), *files])

    def claim_photos(self, limit: int) -> list[Photo]:
        """Photos that nobody works on yet; they are this engine's for some minutes."""
        answer = self._send("POST", "/photos/claim", json={"limit": limit})
        return ClaimedPhotos.model_validate_json(answer.content).items

    def photo_image(self, photo: UUID) -> bytes:
        """The photo's picture."""
        return self._send("GET", f"/photos/{photo}/image").content

    def photo_result(self, photo: UUID, status: str, detail: str, model: str) -> None:
        """Say what came of a photo: ``done`` or ``failed``."""
        body = {"status": status, "detail": detail[:500], "model": model}
        self._send("POST", f"/photos/{photo}/result", json=body)

    def put_snapshot(self, camera: str, jpeg: bytes) -> bool:
        """The newest picture of a camera; answers whether somebody watches it."""
        headers = {"Content-Type": "image/jpeg"}
        answer = self._send("PUT", f"/cameras/{camera}/snapshot", content=jpeg, headers=headers)
        return SnapshotStored.model_validate_json(answer.content).watched

    def put_status(self, camera: str, status: CameraStatusReport) -> None:
        """How a camera is."""
        self._send("PUT", f"/cameras/{camera}/status", json=status.model_dump(mode="json"))

    def put_heartbeat(self, report: EngineReport) -> None:
        """How the engine itself is."""
        self._send("PUT", "/system/engine", json=report.model_dump(mode="json"))

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        try:
            answer = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise OfficeUnreachableError(f"{method} {path}: {str(error) or type(error).__name__}") from error
        if answer.is_success:
            return answer
        reason = f"{method} {path}: {answer.status_code} {_detail(answer)}"
        # 401 and 403 are a key that an administrator can mend; the rest of 4xx stays as it is.
        if answer.status_code >= 500 or answer.status_code in (401, 403, 408, 425, 429):
            raise OfficeUnreachableError(reason)
        raise OfficeRefusedError(reason)


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    return f"{problem.get('title', '')}: {problem.get('detail', '')} {problem.get('errors', '')}".strip()[:500]
