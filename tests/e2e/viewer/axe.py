"""axe-core, which finds what keeps people with disabilities from using a page."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import CDPSession, Page

from tests.e2e.commands import ROOT

_SCRIPT = ROOT / "viewer/node_modules/axe-core/axe.min.js"
# The levels of WCAG 2.2 that the viewer keeps to.
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What may be wrong in other colours alone.
COLOURS = ["color-contrast", "link-in-text-block"]
_RUN = "axe.run(document, {runOnly: %s, resultTypes: ['violations'], preload: false})"

# Of a rule that is broken in each of a thousand cells, these tell enough.
_MOST_ELEMENTS = 3

needs_axe = pytest.mark.skipif(
    not _SCRIPT.exists(), reason="axe-core is not installed: run `npm ci` in viewer/"
)


# Debuggers, which the page's policy does not hold back. One that leaves a page that is offline puts
# it on line again, so each stays.
_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def violations(page: Page, rules: list[str]) -> list[str]:
    """What axe finds on the page as it is now: the rule, and the elements that break it."""
    if page not in _sessions:
        _sessions[page] = page.context.new_cdp_session(page)
    session = _sessions[page]
    if not _evaluate(session, "'axe' in window"):
        _evaluate(session, _SCRIPT.read_text())
    found = _evaluate(session, _RUN % rules)
    return [
        f"{violation['id']} ({violation['help']}): {node['html']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"][:_MOST_ELEMENTS]
    ]


def _evaluate(session: CDPSession, expression: str) -> Any:
    answer = session.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")
