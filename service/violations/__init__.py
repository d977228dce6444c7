"""Violations as detectors deliver them."""
