"""The exported models and their registry, found through `importlib.resources`."""
