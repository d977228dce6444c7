"""``python -m service.engine``: one engine process, told by environment variables what to do."""

import sys

from pydantic import ValidationError

from detector.crowded_process import settle
from detector.registry import ModelError
from service import logs
from service.engine.process import EngineProcess
from service.engine.settings import EngineSettings


def main() -> int:
    """Run the engine; the exit status is 2 for bad settings and 1 for a model that cannot be used."""
    logs.configure()
    settle()
    try:
        settings = EngineSettings()
    except ValidationError as error:
        print(f"engine settings: {error}", file=sys.stderr)
        return 2
    try:
        EngineProcess(settings).run()
    except ModelError as error:
        print(f"model: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
