"""Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

# It only turns a hang into a failure.
DEADLINE_MILLISECONDS = 120_000
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a browser for as long as the block lasts.

    Nothing in the block may run an event loop: Playwright's own is the running one of the thread.
    """
    expect.set_options(timeout=DEADLINE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=_FLAGS, timeout=DEADLINE_MILLISECONDS
        )
        try:
            yield browser
        finally:
            browser.close()
