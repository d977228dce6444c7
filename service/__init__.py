"""The office: HTTP API, database, files, pages. Knows the detector only through its violations and scenes."""
