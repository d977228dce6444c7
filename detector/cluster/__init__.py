"""The same engine spread over machines with Ray: what outlives a machine, models that are called, where cameras go."""
