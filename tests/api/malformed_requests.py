"""Malformed requests as bytes, each with the status of its response."""

PATH = b"/v0/data_hist"
NOTHING = b"GET /nothing HTTP/1.1"
BODY = b'{"query": "SELECT 1"}'
LONG = b"x" * 70_000


def request(
    line: bytes = b"GET " + PATH + b"/tables HTTP/1.1",
    *headers: bytes,
    host: bytes = b"Host: test\r\n",
    body: bytes = b"",
) -> bytes:
    return line + b"\r\n" + host + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


def get(path: bytes) -> bytes:
    return request(b"GET " + path + b" HTTP/1.1")


def submit(*headers: bytes, body: bytes = BODY, length: bytes | None = None) -> bytes:
    given = b"Content-Length: " + (str(len(body)).encode() if length is None else length)
    return request(b"POST " + PATH + b"/query HTTP/1.1", *headers, given, body=body)


def chunked(body: bytes, *headers: bytes, coding: bytes = b"chunked") -> bytes:
    return request(
        b"POST " + PATH + b"/query HTTP/1.1",
        b"Content-Type: application/json",
        b"Transfer-Encoding: " + coding,
        *headers,
        body=body,
    )


AS_JSON = b"Content-Type: application/json"

REQUEST_LINES = {
    "nothing but spaces": (b"   \r\n\r\n", 400),
    "noise": (bytes(range(128, 256)) + b"\r\n\r\n", 400),
    "NUL": (b"\0\0\0\0\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32, 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no version": (b"GET /v0/data_hist/tables\r\n\r\n", 400),
    "no path": (b"GET HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    "unknown version": (request(b"GET /healthz HTTP/3.7"), 400),
    "version in small letters": (request(b"GET /healthz http/1.1"), 400),
    "another protocol": (request(b"GET /healthz SPDY/1.1"), 400),
    "method in small letters": (request(b"get /healthz HTTP/1.1"), 400),
    "unknown method": (request(b"BREW /healthz HTTP/1.1"), 400),
    "space in the path": (get(PATH + b"/ta bles"), 400),
    "tab in the path": (get(PATH + b"/ta\tbles"), 400),
    "NUL in the path": (get(PATH + b"/ta\0bles"), 400),
    "letters beyond ASCII in the path": (get("/v0/data_hist/tablés".encode()), 400),
    "path of 70 kB": (get(PATH + b"/" + LONG), 400),
    "query of 70 kB": (get(PATH + b"/tables?x=" + LONG), 400),
    "CONNECT": (request(b"CONNECT test:443 HTTP/1.1"), 400),
    "asterisk": (request(b"OPTIONS * HTTP/1.1"), 404),
    "newline only": (b"GET /v0/data_hist/tables HTTP/1.1\nHost: test\n\n", 400),
    "two spaces": (request(b"GET  /nothing HTTP/1.1"), 404),
}

HEADERS = {
    "no host": (request(NOTHING, host=b""), 400),
    "two hosts": (request(NOTHING, b"Host: other"), 400),
    "no colon": (request(NOTHING, b"Nothing"), 400),
    "no name": (request(NOTHING, b": nothing"), 400),
    "space before the colon": (request(NOTHING, b"X-Any : 1"), 400),
    "space in the name": (request(NOTHING, b"X Any: 1"), 400),
    "name beyond ASCII": (request(NOTHING, "X-Ané: 1".encode()), 400),
    "NUL in the name": (request(NOTHING, b"X-\0: 1"), 400),
    "NUL in the value": (request(NOTHING, b"X-Any: a\0b"), 400),
    "carriage return in the value": (request(NOTHING, b"X-Any: a\rb"), 400),
    "folded": (request(NOTHING, b"X-Any: a\r\n b"), 400),
    "name of 70 kB": (request(NOTHING, LONG + b": 1"), 400),
    "value of 70 kB": (request(NOTHING, b"X-Any: " + LONG), 400),
    "1 MB in many": (request(NOTHING, *[b"X-Any: " + b"x" * 1000] * 1000), 400),
    "ten thousand": (request(NOTHING, *[b"X: 1"] * 10_000 + [b"Y: " + LONG]), 400),
    "two lengths": (submit(AS_JSON, b"Content-Length: 5"), 400),
    "length with a sign": (submit(AS_JSON, length=b"+21"), 400),
    "negative length": (submit(AS_JSON, length=b"-1"), 400),
    "hexadecimal length": (submit(AS_JSON, length=b"0x15"), 400),
    "length of words": (submit(AS_JSON, length=b"many"), 400),
    "list of lengths": (submit(AS_JSON, length=b"21, 21"), 400),
    "length beyond 64 bits": (submit(AS_JSON, length=b"9" * 30), 400),
    "length and chunks": (chunked(b"0\r\n\r\n", b"Content-Length: 5"), 400),
    "unknown coding": (chunked(b"0\r\n\r\n", coding=b"xchunked"), 400),
    "chunked before another coding": (chunked(b"0\r\n\r\n", coding=b"chunked, identity"), 400),
}

BODIES = {
    "chunk of no size": (chunked(b"\r\nabc\r\n"), 400),
    "chunk of words": (chunked(b"many\r\n"), 400),
    "negative chunk": (chunked(b"-1\r\n"), 400),
    "chunk beyond 64 bits": (chunked(b"f" * 20 + b"\r\n"), 400),
    "chunk longer than it says": (chunked(b"1\r\nabc\r\n0\r\n\r\n"), 400),
    "no chunks": (chunked(b"0\r\n\r\n"), 400),
    "no body": (request(b"POST " + PATH + b"/query HTTP/1.1", AS_JSON), 400),
    "1.7 MB": (submit(AS_JSON, body=b"x" * 1_700_000), 413),
    "1 GB to come": (submit(AS_JSON, length=b"1073741824"), 413),
    "2 MB in chunks": (chunked(b"1E8480\r\n" + b"x" * 2_000_000 + b"\r\n0\r\n\r\n"), 413),
    "not JSON": (submit(AS_JSON, body=b"query=SELECT 1"), 400),
    "cut": (submit(AS_JSON, body=BODY[:-3]), 400),
    "not UTF-8": (submit(AS_JSON, body=b'{"query": "\xff"}'), 400),
    "UTF-16": (submit(AS_JSON, body=BODY.decode().encode("utf-16")), 400),
    "byte order mark": (submit(AS_JSON, body=b"\xef\xbb\xbf" + BODY), 400),
    "half a surrogate": (submit(AS_JSON, body=b'{"query": "\\ud800"}'), 400),
    "NUL escaped": (submit(AS_JSON, body=b'{"query": "\\u0000"}'), 400),
    "two queries": (submit(AS_JSON, body=b'{"query": "SELECT 1", "query": "SELECT 2"}'), 400),
    "NaN": (submit(AS_JSON, body=b'{"query": "SELECT ?", "parameters": [NaN]}'), 400),
    "number beyond all bounds": (
        submit(AS_JSON, body=b'{"query": "SELECT ?", "parameters": [1e999]}'),
        400,
    ),
    "integer of 5000 digits": (
        submit(AS_JSON, body=b'{"query": "SELECT ?", "parameters": [' + b"9" * 5000 + b"]}"),
        400,
    ),
    "100,000 brackets": (submit(AS_JSON, body=b"[" * 100_000), 400),
    "only a number": (submit(AS_JSON, body=b"1"), 400),
    "SQL without end": (submit(AS_JSON, body=b'{"query": "' + b"x" * 300_000 + b'"}'), 413),
}

MEDIA_TYPES = {
    "no type": (submit(), 415),
    "empty type": (submit(b"Content-Type:"), 415),
    "form": (submit(b"Content-Type: application/x-www-form-urlencoded"), 415),
    "two types": (submit(AS_JSON, b"Content-Type: text/plain"), 415),
    "another charset": (submit(AS_JSON + b"; charset=utf-16"), 415),
    "unknown charset": (submit(AS_JSON + b"; charset=bogus"), 415),
    "type beyond ASCII": (submit("Content-Type: application/jsön".encode()), 415),
    "type of 60 kB": (submit(b"Content-Type: " + b"x" * 60_000), 415),
    "gzip": (submit(AS_JSON, b"Content-Encoding: gzip"), 415),
    "nothing acceptable": (
        request(b"GET " + PATH + b"/results/abc HTTP/1.1", b"Accept: image/png"),
        406,
    ),
}

TARGETS = {
    "nothing": (get(b"/nothing"), 404),
    "slash too many": (get(PATH + b"/tables/"), 404),
    "two slashes": (get(PATH + b"//tables"), 404),
    "dots": (get(PATH + b"/../../etc/passwd"), 404),
    "dots escaped": (get(PATH + b"/%2e%2e/%2e%2e/etc/passwd"), 404),
    "NUL escaped": (get(PATH + b"/tables/%00"), 404),
    "half an escape": (get(PATH + b"/tables/%"), 404),
    "escape of no letter": (get(PATH + b"/tables/%ff%fe"), 404),
    "id with a newline": (get(PATH + b"/status/abc%0a"), 404),
    "id of 60 kB": (get(PATH + b"/status/" + b"x" * 60_000), 400),
    "unknown parameter": (get(PATH + b"/tables?nothing=1"), 400),
    "parameter twice": (get(PATH + b"/queries?limit=1&limit=2"), 400),
    "parameter of no letter": (get(PATH + b"/queries?limit=%ff"), 400),
    "path of another host": (get(b"http://example.com/nothing"), 404),
    "wrong method": (request(b"DELETE " + PATH + b"/tables HTTP/1.1"), 405),
    "TRACE": (request(b"TRACE " + PATH + b"/tables HTTP/1.1"), 405),
    "HEAD": (request(b"HEAD " + PATH + b"/nothing HTTP/1.1"), 404),
    "WebSocket": (
        request(
            b"GET /nothing HTTP/1.1",
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ),
        404,
    ),
}

GROUPS = {
    "request line": REQUEST_LINES,
    "headers": HEADERS,
    "body": BODIES,
    "media type": MEDIA_TYPES,
    "target": TARGETS,
}
CASES = {
    f"{group}: {name}": case for group, cases in GROUPS.items() for name, case in cases.items()
}
