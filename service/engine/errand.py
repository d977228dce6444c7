"""``python -m service.engine.errand``: one errand in a process of its own, so that cameras do not wait for it.

The request is JSON on standard input, the answer JSON on standard output; a fault is one line on standard error and the
exit status 1.
"""

import base64
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from pydantic import ValidationError

from detector.registry import ModelError
from detector.rehearsal import rehearse
from detector.scene import Scene, describe
from detector.sources.frame import Image
from detector.sources.probing import ProbeError, probe
from service.engine.model_errands import models, use_model

SECONDS = {"rehearse": 90, "probe": 25, "models": 20, "use_model": 60}
"""How long each errand may take."""

_NICENESS = 10
_WIDEST = 1280


def main() -> int:
    """Do what the first argument says."""
    name = sys.argv[1]
    signal.alarm(SECONDS[name] + 5)  # also where nobody is left who would stop it
    os.nice(_NICENESS)
    request = json.load(sys.stdin)
    try:
        answer = _ERRANDS[name](request)
    except ValidationError as error:
        print(describe(error), file=sys.stderr)
        return 1
    json.dump(answer, sys.stdout)
    return 0


def _rehearse(request: dict[str, Any]) -> dict[str, Any]:
    scene = Scene.model_validate(request["scene"] | {"camera": {"id": request["camera"]}})
    since, until = datetime.fromisoformat(request["since"]), datetime.fromisoformat(request["until"])
    folder = Path(request["tracks"]) / scene.camera.id
    return rehearse(folder, scene, since, until, ZoneInfo(request["timezone"])).model_dump(mode="json")


def _probe(request: dict[str, Any]) -> dict[str, Any]:
    try:
        found = probe(request["source"], loop=request["loop"])
    except ProbeError as error:
        return {"fault": error.fault.value, "detail": str(error)}
    frame = found.frame
    return {
        "width": frame.width,
        "height": frame.height,
        "seconds": round(found.seconds, 2),
        "picture": base64.b64encode(_jpeg(frame.image)).decode(),
    }


def _models(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return models(request["model"])
    except ModelError as error:
        return {"fault": str(error)}


def _use_model(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return use_model(request["name"], request["model"])
    except ModelError as error:
        return {"fault": str(error)}


_ERRANDS = {"rehearse": _rehearse, "probe": _probe, "models": _models, "use_model": _use_model}


def _jpeg(image: Image) -> bytes:
    height, width = image.shape[:2]
    if width > _WIDEST:
        size = (_WIDEST, round(height * _WIDEST / width))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()


if __name__ == "__main__":
    sys.exit(main())
