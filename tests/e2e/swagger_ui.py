"""Swagger UI in a browser, by what a person sees and does there."""

import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect


class SwaggerUi:
    """The page, by what a person sees on it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, url: str) -> None:
        self._page.goto(url)
        self._page.locator(".opblock-summary").first.wait_for()

    def authorize(self, scheme: str, value: str) -> None:
        """Fill in one of the keys that "Authorize" asks for."""
        self._page.locator(".scheme-container .authorize").click()
        form = self._page.locator(".auth-container form").filter(has_text=f"{scheme} ")
        _fill(form.locator("input"), value)
        form.locator("button.authorize").click()
        self._page.locator(".btn-done").first.click()

    def try_out(
        self, operation: str, body: dict[str, Any] | None = None, **parameters: str
    ) -> tuple[int, Any]:
        block = self.begin(operation)
        if body is not None:
            _fill(_body_field(block), json.dumps(body))
        for name, value in parameters.items():
            _fill(_parameter_field(block, name), value)
        status = self.execute(block)
        return status, self.answer_of(block)

    def begin(self, operation: str) -> Locator:
        """Open an operation and press "Try it out"."""
        block = self.opened(operation)
        block.locator(".opblock-summary-control").click()
        block.locator(".try-out__btn").click()
        return block

    def opened(self, operation: str) -> Locator:
        return self._page.locator(f"[id$='-{operation}']")

    def close(self, block: Locator) -> None:
        """Close an operation; what it has answered stays in it."""
        block.locator(".opblock-summary-control").click()
        expect(block.locator(".opblock-body")).to_have_count(0)

    def execute(self, block: Locator) -> int:
        """Press "Execute", and give the status of the answer."""
        block.locator(".execute").click()
        return int(_answer(block).locator(".response-col_status").inner_text().split()[0])

    def answer_of(self, block: Locator) -> Any:
        return json.loads(_answer(block).locator(".highlight-code code").text_content() or "")

    def clear(self, block: Locator) -> None:
        """Press "Clear", so that an answer that comes is a new one."""
        block.locator(".btn-clear").click()
        expect(block.locator(".live-responses-table")).to_have_count(0)

    def choose_example(self, block: Locator, key: str) -> None:
        block.locator(".opblock-section-request-body .examples-select select").select_option(key)

    def query_id_field(self, block: Locator) -> Locator:
        return _parameter_field(block, "query_id")

    def requests_for(self, path: str) -> list[str]:
        """The URLs that the page has loaded so far from a path of the API."""
        loaded = self._page.evaluate(
            "performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        return [name for name in loaded if urlsplit(name).path.endswith(f"/v0/data_hist{path}")]

    def body_of(self, block: Locator) -> Any:
        return json.loads(_body_field(block).input_value())


def _answer(block: Locator) -> Locator:
    return block.locator(".live-responses-table tbody .response").first


def _body_field(block: Locator) -> Locator:
    return block.locator("textarea.body-param__text")


def _parameter_field(block: Locator, name: str) -> Locator:
    return block.locator(f"tr[data-param-name='{name}'] input")


def _fill(field: Locator, text: str) -> None:
    field.fill(text)
    # Leaving the field makes the page take what was typed at once.
    field.press("Tab")
