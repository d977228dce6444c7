"""Benchmarks: Street Warden against the bare model and against its peers, in one run on one machine."""
