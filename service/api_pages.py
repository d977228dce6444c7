"""The API's pages: Swagger UI from a package, so that they work without the internet and under the strict CSP."""

from importlib import resources

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER = "/api/v1/docs"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Street Warden: the HTTP API</title>
<link rel="stylesheet" href="/api/v1/docs/files/swagger-ui.css">
</head>
<body>
<div id="pages"></div>
<script src="/api/v1/docs/files/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#pages",
  deepLinking: true,
  requestInterceptor: (request) => {
    const token = sessionStorage.getItem("csrf_token");
    if (token) request.headers["X-CSRF-Token"] = token;
    return request;
  },
  responseInterceptor: (response) => {
    if (response.url.endsWith("/session") && response.obj?.csrf_token)
      sessionStorage.setItem("csrf_token", response.obj.csrf_token);
    return response;
  },
});
"""


def install(app: FastAPI) -> None:
    """Serve the pages under ``/api/v1/docs``."""

    @app.get(FOLDER, include_in_schema=False)
    async def _page() -> Response:
        return HTMLResponse(_PAGE)

    @app.get(f"{FOLDER}/start.js", include_in_schema=False)
    async def _start() -> Response:
        return Response(_START, media_type="text/javascript")

    folder = resources.files("fastapi_swagger") / "resources"
    app.mount(f"{FOLDER}/files", StaticFiles(directory=str(folder)), name="api pages")
