"""Standards of each kind: when a case is filed, when it is closed, and how long a unit has (立案结案标准)."""
