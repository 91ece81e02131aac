"""The cases: one module each, with a function `run(bench)`."""
