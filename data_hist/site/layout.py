"""The layout and security headers that all pages share, and JSON for programs."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from data_hist.json_documents import dumps

_STYLE = files("data_hist.site").joinpath("page.css").read_text()

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath fill='%230b57b8' d='M1 9h3v6H1zm5-4h4v10H6zm6-4h3v14h-3z'/%3E%3C/svg%3E"
)


def content_security_policy(**sources: str) -> str:
    """Return a policy that allows only these sources, by directive."""
    allowed = {name.replace("_", "-"): source for name, source in sources.items()}
    directives = {
        "default-src": "'none'",
        **allowed,
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {source}" for name, source in directives.items())


def page_headers(policy: str) -> dict[str, str]:
    """Return the headers of a page with a Content-Security-Policy."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = page_headers(
    content_security_policy(style_src=f"'sha256-{_STYLE_HASH}'", img_src="data:")
)


def page_or_json(request: Request, title: str, body: str, document: Mapping[str, Any]) -> Response:
    """Respond with a page to a browser, and with JSON to everything else.

    Args:
        request: The request, whose `Accept` decides.
        title: The title, in plain text.
        body: The page, in HTML.
        document: The same content as JSON.
    """
    if "text/html" in request.headers.get("accept", ""):
        response: Response = HTMLResponse(_page(title, body), headers=_HEADERS)
    else:
        response = Response(
            dumps(document), media_type="application/json", headers={"Cache-Control": "no-cache"}
        )
    response.headers["Vary"] = "Accept, X-Forwarded-Prefix"
    return response


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="{_ICON}">
<style>{_STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""


def render_code_spans(text: str) -> str:
    """Render plain text with `code` in backticks as HTML."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
