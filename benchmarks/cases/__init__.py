"""What is measured: one module for each case, each with `run(bench)`."""
