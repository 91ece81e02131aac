"""The viewer, by the roles and names under which people and screen readers find its parts."""

from playwright.sync_api import Page


class ViewerPage:
    """The page, by what a person sees on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heading = page.get_by_role("heading", name="Historical events", exact=True)
