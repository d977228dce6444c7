"""The demo: a camera on a real road clip, and first people."""
