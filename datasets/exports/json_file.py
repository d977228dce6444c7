"""What is wrong with a JSON file, in one line."""

from pydantic import ValidationError


def complaint(error: OSError | ValidationError) -> str:
    """The first fault of a file and how many more there are."""
    if isinstance(error, OSError):
        return str(error.strerror)
    first, *others = error.errors(include_url=False)
    where = ".".join(map(str, first["loc"]))
    more = f", and {len(others)} more faults" if others else ""
    return f"{where + ': ' if where else ''}{first['msg']}{more}"
