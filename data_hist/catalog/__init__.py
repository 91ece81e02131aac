"""The data dictionary: the tables and columns of each version of the API."""
