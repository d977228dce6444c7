"""Evidence files: stored once, never changed."""
