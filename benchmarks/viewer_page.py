"""A window of Chromium on the viewer, and what its service was asked."""

from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, expect

RESOURCES = "performance.getEntriesByType('resource')"
DEADLINE_MILLISECONDS = 60_000
_AXE = Path(__file__).parents[1] / "viewer/node_modules/axe-core/axe.min.js"
# Notes when the first row of records is on the page, and when the grid has 500.
_NOTE_ROWS = """
  const noted = new MutationObserver(() => {
    const grid = document.querySelector('[role=grid]')
    if (!grid?.querySelector('[role=gridcell]')) return
    window.firstRow ??= performance.now()
    if (Number(grid.ariaRowCount) < 501) return
    window.allRows = performance.now()
    noted.disconnect()
  })
  noted.observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['aria-rowcount'] })
"""
_SECURITY = "document.addEventListener('securitypolicyviolation', e => console.error(e.blockedURI))"


class Viewer:
    """A window on the viewer, and what its service was asked."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.api = httpx.Client(base_url=f"{url}/v0/data_hist", timeout=60)
        self.errors: list[str] = []
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(DEADLINE_MILLISECONDS)
        self.context.add_init_script(_NOTE_ROWS + _SECURITY)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.cdp = self.context.new_cdp_session(self.page)
        self.known = {query["query_id"] for query in self.queries()}

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def queries(self) -> list[dict[str, Any]]:
        """Return the newest queries."""
        found: list[dict[str, Any]] = self.api.get("/queries", params={"limit": 50}).json()[
            "queries"
        ]
        return found

    def new_queries(self) -> list[dict[str, Any]]:
        """The queries since this was last called."""
        new = [query for query in self.queries() if query["query_id"] not in self.known]
        self.known |= {query["query_id"] for query in new}
        return new

    def has_ended(self) -> None:
        """Wait until rows and histogram are there, and nothing runs."""
        expect(self.page.get_by_role("region", name="Question")).to_contain_text("record")
        expect(self.page.get_by_role("button", name="Stop")).to_have_count(0)
        records = self.page.get_by_role("grid", name="Records")
        expect(records).not_to_have_attribute("aria-busy", "true")

    def evaluate(self, expression: str) -> Any:
        """Evaluate by the debugger, which the page's policy does not hold back."""
        answer = self.cdp.send(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
        )
        return answer["result"].get("value")

    def wait_until(self, expression: str) -> None:
        """Wait until it is true. Playwright's own way needs eval, which the policy forbids."""
        while not self.evaluate(expression):
            self.page.wait_for_timeout(20)

    def script_bytes(self) -> int:
        """Return the compressed bytes of the scripts that were there before the first row."""
        early = "e.name.endsWith('.js') && e.responseEnd <= window.firstRow"
        scripts = f"{RESOURCES}.filter(e => {early})"
        return int(self.evaluate(f"{scripts}.reduce((sum, e) => sum + e.encodedBodySize, 0)"))

    def axe_violations(self) -> int:
        """Return how many rules of axe the page breaks as it is now."""
        if not _AXE.exists():
            return 0
        self.evaluate(_AXE.read_text())
        return int(self.evaluate("axe.run().then(({ violations }) => violations.length)"))
