"""Photos that inspectors upload."""
