"""The state of the system: engine, disk, alerts, catalogue, health."""
