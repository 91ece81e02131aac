"""What a query of Athena's is to its caller: whose it is, how it goes, where it failed."""
