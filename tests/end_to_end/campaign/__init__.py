"""A district's campaign week: the world it happens in, the people and cameras, and an account kept apart from them."""
