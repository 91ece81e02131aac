"""What `X-Forwarded-Prefix` may say, and the prefix that is taken from it."""

PREFIX = "/archive/events"
PREFIXES = [
    (PREFIX, PREFIX),
    (f"{PREFIX}/", PREFIX),
    ("/a.b-c_d~e", "/a.b-c_d~e"),
    ("archive", ""),
    ("//evil.example", ""),
    ("/a//evil.example", ""),
    ("/\\evil.example", ""),
    ("https://evil.example", ""),
    ("/a/../b", ""),
    ("/.", ""),
    ("/a b", ""),
    ('/"><script>', ""),
    ("/a, /b", ""),
    ("/%2e%2e", ""),
    ("/" + "a" * 300, ""),
    ("/", ""),
]
