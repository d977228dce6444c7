"""Sources: files, streams, folders, pushed frames and photos; each yields frames."""

from detector.sources.frame import Frame

__all__ = ["Frame"]
