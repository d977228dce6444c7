"""Who looks at a case now."""
