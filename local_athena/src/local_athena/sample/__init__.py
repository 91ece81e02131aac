"""A sample archive to try: what is in it, and how it is laid out."""
