"""Functions of bytes: encodings, hashes and checksums."""
