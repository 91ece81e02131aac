"""Measures the service beside other ways to the same rows; see the README of this folder."""
