"""The pages beside the API, by path: the start page, and a page for each kind of problem."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from data_hist.http.middleware import Page
from data_hist.http.problems import TYPE_PREFIX
from data_hist.http.routes import START_PATH, path_prefix
from data_hist.site.layout import page_or_json, render_code_spans
from data_hist.site.static_files import redirect_to
from data_hist.site.swagger_ui import swagger_ui_pages
from data_hist.site.viewer import viewer_pages

_TITLE = "Historical events"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?", re.ASCII)


def site_pages(
    specifications: Mapping[str, dict[str, Any]],
    first_query: str,
    problems: dict[str, Any],
    curl_credentials: str,
) -> dict[str, Page]:
    """Return the viewer and Swagger UI for each version of the API, and the pages of all.

    Args:
        specifications: The OpenAPI document of each version by its base path, the newest last.
        first_query: A query of the newest version.
        problems: The description of each kind of problem, by slug.
        curl_credentials: The options with which `curl` authenticates.
    """
    base_paths = list(specifications)
    pages: dict[str, Page] = {
        "/": redirect_to(f"{base_paths[-1][1:]}/viewer/"),
        START_PATH: _StartPage(base_paths, first_query, escape(curl_credentials, quote=False)),
        TYPE_PREFIX.rstrip("/"): _ProblemList(problems),
    }
    for slug, description in problems.items():
        pages[TYPE_PREFIX + slug] = _ProblemPage(slug, description)
    for base_path, specification in specifications.items():
        pages |= swagger_ui_pages(base_path, specification, base_paths)
        pages |= viewer_pages(base_path)
    return pages


class _StartPage:
    """What the service is, a first query, and links."""

    def __init__(self, base_paths: Sequence[str], first_query: str, curl_credentials: str) -> None:
        self._base_paths = base_paths
        body = json.dumps({"query": first_query, "wait_seconds": 20}, indent=2)
        self._first_body = escape(body, quote=False)
        self._curl = f"curl {curl_credentials}".rstrip()

    def __call__(self, request: Request) -> Response:
        prefix = path_prefix(request.scope["headers"])
        return page_or_json(request, _TITLE, self._body(request, prefix), self._document(prefix))

    def _document(self, prefix: str) -> dict[str, Any]:
        return {
            "title": _TITLE,
            "versions": [
                {
                    "api": prefix + base_path,
                    "viewer": f"{prefix}{base_path}/viewer/",
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
        # Relative links work even behind a proxy that does not send its prefix.
        links = "\n".join(
            f'<li><a href="{path[1:]}/viewer/">Viewer</a> of <code>{path}</code>: look through the'
            " archive without SQL</li>\n"
            f'<li><a href="{path[1:]}/ui/">Swagger UI</a> of <code>{path}</code>: try the API'
            " in the browser</li>\n"
            f'<li><a href="{path[1:]}/openapi.json">OpenAPI description</a> of <code>{path}</code>,'
            " for client generators</li>"
            for path in reversed(self._base_paths)
        )
        return f"""<h1>Historical Event Viewer Service</h1>
<p>Run SQL on Amazon Athena over years of archived monitoring events, metrics and logs. Submit a
query, follow it by its <code>query_id</code>, and page through its rows.</p>
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
            f"  -H 'Content-Type: application/json' \\\n  -d '{self._first_body}'"
        )


class _ProblemPage:
    """When one kind of problem occurs, and what to do about it."""

    def __init__(self, slug: str, description: dict[str, Any]) -> None:
        self._sample = description["value"]
        self._when = description["description"]
        self._remedy = description["x-remedy"]
        self._title = f"{self._sample['title']} ({self._sample['status']})"
        retry = "Yes, the same request may succeed later." if self._sample["retryable"] else "No."
        self._body = f"""<nav>
<a href="../start">Historical events</a> / <a href="../problems">Problems</a>
</nav>
<h1>{escape(self._sample["title"])}</h1>
<p><code>{slug}</code></p>
<dl>
<dt>Status</dt><dd>{self._sample["status"]}</dd>
<dt>When</dt><dd>{render_code_spans(self._when)}</dd>
<dt>What to do</dt><dd>{render_code_spans(self._remedy)}</dd>
<dt>Retry</dt><dd>{retry}</dd>
</dl>
<h2>Example</h2>
<pre><code>{escape(json.dumps(self._sample, indent=2))}</code></pre>"""

    def __call__(self, request: Request) -> Response:
        document = self._document(path_prefix(request.scope["headers"]))
        return page_or_json(request, self._title, self._body, document)

    def _document(self, prefix: str) -> dict[str, Any]:
        problem_type = prefix + self._sample["type"]
        return {
            "type": problem_type,
            "title": self._sample["title"],
            "status": self._sample["status"],
            "when": self._when,
            "what_to_do": self._remedy,
            "retryable": self._sample["retryable"],
            "example": self._sample | {"type": problem_type},
        }


class _ProblemList:
    """All kinds of problems."""

    def __init__(self, descriptions: dict[str, Any]) -> None:
        self._samples = [description["value"] for description in descriptions.values()]
        rows = "\n".join(
            f'<tr><td><a href="problems/{slug}"><code>{slug}</code></a></td>'
            f"<td>{of['value']['status']}</td><td>{render_code_spans(of['description'])}</td></tr>"
            for slug, of in descriptions.items()
        )
        self._body = f"""<nav><a href="start">Historical events</a></nav>
<h1>Problems</h1>
<p>Every error of the service is a problem document (RFC 9457). The last part of its
<code>type</code> is one of these.</p>
<div class="scroll"><table>
<thead><tr><th>Problem</th><th>Status</th><th>When</th></tr></thead>
<tbody>
{rows}
</tbody>
</table></div>"""

    def __call__(self, request: Request) -> Response:
        prefix = path_prefix(request.scope["headers"])
        problems = [
            {"type": prefix + sample["type"], "title": sample["title"], "status": sample["status"]}
            for sample in self._samples
        ]
        return page_or_json(request, "Problems", self._body, {"problems": problems})


def _origin(request: Request) -> str:
    """Return the scheme and host that the browser shows."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    scheme = forwarded if forwarded in {"http", "https"} else request.url.scheme
    host = request.headers.get("host", "")
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"
