"""What the pointer does in the table, and Escape with the list of keys."""

from playwright.sync_api import expect

from tests.e2e.browser import needs_chromium
from tests.e2e.viewer.conftest import OpenViewer
from tests.e2e.viewer.viewer_page import ViewerPage

pytestmark = needs_chromium


def names(viewer: ViewerPage) -> list[str]:
    return [
        each.strip("↓↑ ") for each in viewer.records.get_by_role("columnheader").all_inner_texts()
    ]


def test_columns_move_by_dragging_and_records_open_in_place(open_viewer: OpenViewer) -> None:
    viewer = open_viewer()
    expect(viewer.records).not_to_have_attribute("aria-busy", "true")
    before = names(viewer)
    first, second = viewer.records.get_by_role("columnheader").all()[:2]
    box, other = first.bounding_box(), second.bounding_box()
    assert box is not None
    assert other is not None
    mouse = viewer.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 10)
    mouse.down()
    line = viewer.page.locator(".grid-insertion")
    end = other["x"] + other["width"]
    for _ in range(50):
        mouse.move(end - 2, box["y"] + 10)
        mouse.move(end - 4, box["y"] + 10)
        if line.count():
            break
    expect(line).to_be_visible()
    mouse.up()

    expect(line).to_have_count(0)
    viewer.page.wait_for_url("**cols=*")
    assert names(viewer) == [before[1], before[0], *before[2:]]
    expect(viewer.records.locator("[aria-sort]")).to_have_count(0)

    viewer.row(2).get_by_role("gridcell").last.click(position={"x": 5, "y": 5})
    expect(viewer.record).to_be_visible()
    assert viewer.records.evaluate("grid => grid.scrollLeft") == 0


def test_escape_closes_help_however_soon(open_viewer: OpenViewer) -> None:
    viewer = open_viewer()
    expect(viewer.records).not_to_have_attribute("aria-busy", "true")
    dialog = viewer.page.get_by_role("dialog", name="Keyboard shortcuts")
    keyboard = viewer.page.keyboard

    keyboard.press("?")
    keyboard.press("Escape")
    for _ in range(3):
        expect(dialog).to_have_count(0)
        keyboard.press("?")
        expect(dialog).to_be_visible()
        keyboard.press("Escape")
    expect(dialog).to_have_count(0)
