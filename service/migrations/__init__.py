"""Migrations of the database, with Alembic from the first table."""
