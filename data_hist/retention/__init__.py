"""The retention of results: their locations, owners and deletion."""
