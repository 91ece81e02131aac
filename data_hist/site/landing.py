"""The landing page at `/`: what the service is, a first query, and links."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from data_hist.http.path_prefix import path_prefix
from data_hist.site.pages import page_or_json

_TITLE = "Historical events"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?", re.ASCII)
_QUERY = """{
  "query": "SELECT servicename, count(*) AS records FROM events GROUP BY servicename",
  "wait_seconds": 20
}"""


class Landing:
    """The page, and the same links as JSON.

    Args:
        base_paths: Of each version of the API, the newest last.
        credentials: What `curl` has to send so that a request is let in, as its options.
    """

    def __init__(self, base_paths: Sequence[str], credentials: str) -> None:
        self._base_paths = base_paths
        self._curl = f"curl {credentials}".rstrip()

    def __call__(self, request: Request) -> Response:
        """Show it."""
        prefix = path_prefix(request.scope["headers"])
        return page_or_json(request, _TITLE, self._body(request, prefix), self._document(prefix))

    def _document(self, prefix: str) -> dict[str, Any]:
        return {
            "title": _TITLE,
            "versions": [
                {
                    "api": prefix + base_path,
                    "openapi": f"{prefix}{base_path}/openapi.json",
                    "swagger_ui": f"{prefix}{base_path}/ui/",
                }
                for base_path in self._base_paths
            ],
            "problems": f"{prefix}/problems",
        }

    def _body(self, request: Request, prefix: str) -> str:
        base_path = self._base_paths[-1]
        api = escape(_origin(request) + prefix + base_path)
        # Relative, so that they are right also behind a proxy that does not tell its prefix.
        links = "\n".join(
            f'<li><a href="{path[1:]}/ui/">Swagger UI</a>: try the API in the browser</li>\n'
            f'<li><a href="{path[1:]}/openapi.json">OpenAPI description</a> of <code>{path}</code>,'
            " for client generators</li>"
            for path in self._base_paths
        )
        return f"""<h1>Historical Event Viewer Service</h1>
<p>Run SQL on Amazon Athena over years of archived monitoring events and metrics. Submit a query,
follow it by its <code>query_id</code>, and page through its rows.</p>
<h2>A first query</h2>
<pre><code>{self._first_query(api)}</code></pre>
<p>Then download its rows, with the <code>query_id</code> of the response:</p>
<pre><code>{self._curl} '{api}/results/QUERY_ID?format=csv'</code></pre>
<h2>Next steps</h2>
<ul>
{links}
<li><a href="problems">Problems</a>: what each error means, and what to do about it</li>
</ul>"""

    def _first_query(self, api: str) -> str:
        return (
            f"{self._curl} {api}/query \\\n"
            f"  -H 'Content-Type: application/json' \\\n  -d '{escape(_QUERY, quote=False)}'"
        )


def _origin(request: Request) -> str:
    """The scheme and host that a browser has in its address bar."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    scheme = forwarded if forwarded in {"http", "https"} else request.url.scheme
    host = request.headers.get("host", "")
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"
