"""axe-core, which finds what keeps people with disabilities from using a page."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.commands import ROOT

_SCRIPT = ROOT / "viewer/node_modules/axe-core/axe.min.js"
# The levels of WCAG 2.2 that the viewer keeps to.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "axe.run(document, {runOnly: %s, resultTypes: ['violations']})"

needs_axe = pytest.mark.skipif(
    not _SCRIPT.exists(), reason="axe-core is not installed: run `npm ci` in viewer/"
)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now: the rule, and the elements that break it."""
    # By the debugger, which the page's policy does not hold back.
    session = page.context.new_cdp_session(page)
    try:
        _evaluate(session.send, _SCRIPT.read_text())
        found = _evaluate(session.send, _RUN % _TAGS)
    finally:
        session.detach()
    return [
        f"{violation['id']} ({violation['help']}): {node['html']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _evaluate(send: Any, expression: str) -> Any:
    answer = send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")
