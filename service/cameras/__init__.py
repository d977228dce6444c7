"""Cameras: what they look at, how they fare, their live pictures."""
