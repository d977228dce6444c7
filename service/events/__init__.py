"""Events that tell consoles what changed."""
