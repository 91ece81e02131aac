"""Athena's operations, as its clients speak them: JSON 1.1 in, JSON 1.1 or an error out."""
