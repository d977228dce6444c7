"""The console's files: built by Vite into ``service/web/dist``, served with the right caching."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "web" / "dist"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
IMMUTABLE = "public, max-age=31536000, immutable"

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Street Warden</title>
<body style="font-family: sans-serif; max-width: 40em; margin: 4em auto">
<h1>The console has not been built</h1>
<p>The service runs, but its pages are not there. Build them with <code>make console</code> (it needs Node.js 20 or
newer) and load this page again. The API is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
<p lang="zh-CN">服务已启动，但控制台页面尚未构建。请运行 <code>make console</code>
（需要 Node.js 20 或更高版本），然后刷新本页。</p>
</body></html>
"""


class _HashedFiles(StaticFiles):
    """Files whose names hold their hash: a browser need never ask again."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
        response.headers["Cache-Control"] = IMMUTABLE
        return response


class _Pages(StaticFiles):
    """The console's other files, and its first page for every address that is a page of the console."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2]:
                raise
            response = FileResponse(Path(str(self.directory)) / "index.html")
        response.headers["Cache-Control"] = "no-cache"
        return response


def install(app: FastAPI, dist: Path = DIST) -> None:
    """Serve the console under ``/``, behind all routes that the app has by now."""

    @app.api_route("/api/{path:path}", methods=METHODS, include_in_schema=False)
    async def _no_such_route(request: Request, path: str) -> Response:
        # This route takes what no other took; a route that knows the address, but not the method, says so.
        if any(route.matches(request.scope)[0] is Match.PARTIAL for route in request.app.routes):
            raise HTTPException(405)
        raise HTTPException(404, f"There is nothing at /api/{path}.")

    if (dist / "index.html").is_file():
        app.mount("/assets", _HashedFiles(directory=dist / "assets", check_dir=False), name="assets")
        app.mount("/", _Pages(directory=dist, html=True), name="console")
        return

    @app.get("/{path:path}", include_in_schema=False)
    async def _not_built(path: str) -> Response:
        if "." in path:
            raise HTTPException(404)
        return HTMLResponse(_NOT_BUILT, 503)
