"""What a query of Athena's is to its caller: whose it is, what it means, where it failed."""
