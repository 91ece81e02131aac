"""Engines that run the statements."""
