"""Units: who answers for which kind of disorder in which area (责任单位)."""
