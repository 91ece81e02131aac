"""A state of the page on each screen: nothing that axe finds, nothing wider than the window."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.viewer.axe import COLOURS, EVERYTHING, violations
from tests.e2e.viewer.screens import DESK, SCREENS, Screen
from tests.e2e.viewer.viewer_page import ViewerPage

# A folder for a picture of each state on each screen, for people to look at.
_PICTURES = os.environ.get("VIEWER_PICTURES")


def inspect(viewer: ViewerPage, state: str, screens: Sequence[Screen] = SCREENS) -> None:
    """Look at the state that the page is in on each screen; afterwards it is on a desk again."""
    found = [
        f"{state}, {screen}: {wrong}" for screen in screens for wrong in _looked_at(viewer, screen)
    ]
    if _PICTURES:
        for screen in screens:
            screen.show(viewer.page)
            name = re.sub(r"\W+", "-", f"{state} {screen}")
            viewer.page.screenshot(path=Path(_PICTURES) / f"{name}.png")
    DESK.show(viewer.page)
    assert not found, "\n".join(found)


def _looked_at(viewer: ViewerPage, screen: Screen) -> list[str]:
    screen.show(viewer.page)
    found = violations(viewer.page, EVERYTHING if screen.is_plain else COLOURS)
    width = viewer.page.evaluate("document.documentElement.scrollWidth")
    if width != screen.width:
        found.append(f"the page is {width} px wide")
    return found
