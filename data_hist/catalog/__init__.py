"""The catalog: what lies in the archive, and what each version of the API shows of it."""
