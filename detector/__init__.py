"""Frames in, violations out. Knows no web and no database."""
