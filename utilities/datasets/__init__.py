"""Figures and texts that other programs push: schemas, rows, and what was pushed when."""
