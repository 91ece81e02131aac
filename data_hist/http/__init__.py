"""The HTTP edge: the contract, and between it and the use cases nothing but shapes and errors."""
