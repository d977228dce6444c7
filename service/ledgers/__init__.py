"""Ledgers (台账): the six lists of the supervision mechanism, and their export as spreadsheets."""
