"""Open311 GeoReport v2: city apps file reports and follow what becomes of them (https://wiki.open311.org/GeoReport_v2)."""
