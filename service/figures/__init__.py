"""Figures (考核): rankings of units, scores by kind and area, trends and heat maps, computed by the database."""
