"""The screens and colour schemes that the viewer is looked at with."""

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

HEIGHT = 900
# Whoever has seen two frames has seen all that a change of the window brings about.
_TWO_FRAMES = "new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))"


@dataclass(frozen=True)
class Screen:
    """The width of a window in pixels, and the colours that its user prefers or insists on."""

    width: int
    colours: Literal["light", "dark"]
    forced: Literal["active", "none"] = "none"

    def __str__(self) -> str:
        return f"{self.width} {self.colours}{' forced' if self.forced == 'active' else ''}"

    @property
    def is_plain(self) -> bool:
        """Whether other screens of this width differ from it in colours alone."""
        return self.colours == "light" and self.forced == "none"

    def show(self, page: Page) -> None:
        """Make the page's window such a screen, and wait until it is drawn."""
        page.emulate_media(color_scheme=self.colours, forced_colors=self.forced)
        page.set_viewport_size({"width": self.width, "height": HEIGHT})
        page.evaluate(_TWO_FRAMES)


DESK = Screen(1440, "light")
PHONE = Screen(400, "light")
# Neighbours differ in one thing, so that little is laid out anew.
SCREENS = [
    DESK,
    Screen(1440, "dark"),
    Screen(1440, "dark", "active"),
    Screen(400, "dark"),
    PHONE,
]
