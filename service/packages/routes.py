"""The route for evidence packages."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from service.dependencies import Asker, OfficeDep
from service.downloads import file_answer, file_download
from service.errors import problems
from service.packages import workflow

router = APIRouter(tags=["cases"])

ZIP = "application/zip"


@router.get(
    "/cases/{case_id}/package", response_class=StreamingResponse, responses=file_answer(ZIP) | problems(401, 403, 404)
)
async def get_case_package(case_id: UUID, asker: Asker, office: OfficeDep) -> StreamingResponse:
    """A case as one signed ZIP: originals, copies, clip, history, case file (PDF), manifest, and a script to check it.

    It holds originals: the audit tells who had it.
    """
    number, file = await workflow.package_of(office, asker, case_id)
    return file_download(file, f"{number}.zip", ZIP)
