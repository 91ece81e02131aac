"""The pages behind the `type` of a problem: when it happens, and what to do about it."""

import json
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from data_hist.http.path_prefix import path_prefix
from data_hist.http.problems import TYPE_PREFIX
from data_hist.site.pages import marked_up, page_or_json
from data_hist.site.serving import Resource


def problem_pages(descriptions: dict[str, Any]) -> dict[str, Resource]:
    """A page for each kind of problem and a list of them, by path."""
    pages: dict[str, Resource] = {
        TYPE_PREFIX + slug: _ProblemPage(slug, description)
        for slug, description in descriptions.items()
    }
    return {TYPE_PREFIX.rstrip("/"): _ProblemList(descriptions), **pages}


class _ProblemPage:
    def __init__(self, slug: str, description: dict[str, Any]) -> None:
        self._sample = description["value"]
        self._when = description["description"]
        self._remedy = description["x-remedy"]
        self._title = f"{self._sample['title']} ({self._sample['status']})"
        retry = "Yes, the same request may succeed later." if self._sample["retryable"] else "No."
        self._body = f"""<nav>
<a href="..">Historical events</a> / <a href="../problems">Problems</a>
</nav>
<h1>{escape(self._sample["title"])}</h1>
<p><code>{slug}</code></p>
<dl>
<dt>Status</dt><dd>{self._sample["status"]}</dd>
<dt>When</dt><dd>{marked_up(self._when)}</dd>
<dt>What to do</dt><dd>{marked_up(self._remedy)}</dd>
<dt>Retry</dt><dd>{retry}</dd>
</dl>
<h2>Example</h2>
<pre><code>{escape(json.dumps(self._sample, indent=2))}</code></pre>"""

    def __call__(self, request: Request) -> Response:
        return page_or_json(
            request, self._title, self._body, self._document(path_prefix(request.scope["headers"]))
        )

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
    def __init__(self, descriptions: dict[str, Any]) -> None:
        self._samples = [description["value"] for description in descriptions.values()]
        rows = "\n".join(
            f'<tr><td><a href="problems/{slug}"><code>{slug}</code></a></td>'
            f"<td>{of['value']['status']}</td><td>{marked_up(of['description'])}</td></tr>"
            for slug, of in descriptions.items()
        )
        self._body = f"""<nav><a href=".">Historical events</a></nav>
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
