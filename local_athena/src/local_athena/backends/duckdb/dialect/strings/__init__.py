"""Functions of strings, regular expressions and URLs."""
