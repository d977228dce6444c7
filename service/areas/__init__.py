"""Areas: the tree of district, sub-districts and communities that places belong to (属地)."""
