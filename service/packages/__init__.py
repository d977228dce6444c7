"""Evidence packages: a case as one ZIP that can be checked without this office."""
