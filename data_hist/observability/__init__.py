"""What an operator sees of the service: a line for each request, numbers, traces."""
