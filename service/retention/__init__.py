"""Retention: how long files are kept, which are held, what was deleted, and the archive of each year."""
