"""What goes wrong on a page without anybody seeing it, and what of that a test has announced."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# The page aborts what it no longer wants.
_ABORTED = "net::ERR_ABORTED"
# A violation of the policy is an error of the console; here with all that the event says.
_TELL_OF_VIOLATIONS = """
addEventListener('securitypolicyviolation', event => console.error(
  `Refused by ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`))
"""


class Watch:
    """Notes errors of the console and of scripts, refusals by the policy, and failed requests."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._announced: list[re.Pattern[str]] = []

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(_TELL_OF_VIOLATIONS)
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)
        context.on("requestfailed", self._note_failure)

    def announce(self, pattern: str) -> None:
        """Let what matches this pattern happen."""
        self._announced.append(re.compile(pattern))

    def unannounced(self) -> list[str]:
        return [
            seen
            for seen in self._seen
            if not any(pattern.search(seen) for pattern in self._announced)
        ]

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._seen.append(f"{message.text} ({message.location['url']})")

    def _note_error(self, error: WebError) -> None:
        self._seen.append(f"{error.error.name}: {error.error.message}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != _ABORTED:
            self._seen.append(f"{request.failure}: {request.method} {request.url}")
