"""The screens and colour schemes that the viewer is looked at with."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Screen:
    """The width of a window in pixels, and the colours that its user prefers."""

    width: int
    colours: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.width} {self.colours}"


DESK = Screen(1440, "light")
SCREENS = [DESK, Screen(1440, "dark"), Screen(400, "light"), Screen(400, "dark")]
HEIGHT = 900
