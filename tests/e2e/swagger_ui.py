"""Swagger UI in a browser, by what a person sees and does there."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

WAIT_SECONDS = 120


class SwaggerUi:
    """The page, by what a person sees on it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self._browser = browser
        self._wait = WebDriverWait(browser, WAIT_SECONDS, poll_frequency=0.05)

    def open(self, url: str) -> None:
        self._browser.get(url)
        self._find(self._browser, ".opblock-summary")

    def authorize(self, scheme: str, value: str) -> None:
        """Fill in one of the keys that "Authorize" asks for."""
        self._find(self._browser, ".scheme-container .authorize").click()
        form = self._wait.until(lambda _: self._scheme_form(scheme))
        self._fill(self._find(form, "input"), value)
        self._find(form, "button.authorize").click()
        self._find(self._browser, ".btn-done").click()

    def _scheme_form(self, scheme: str) -> WebElement | None:
        forms = self._browser.find_elements(By.CSS_SELECTOR, ".auth-container form")
        return next((form for form in forms if form.text.startswith(f"{scheme} ")), None)

    def try_out(
        self, operation: str, body: dict[str, Any] | None = None, **parameters: str
    ) -> tuple[int, Any]:
        block = self.begin(operation)
        if body is not None:
            self._fill(self._find(block, "textarea.body-param__text"), json.dumps(body))
        for name, value in parameters.items():
            self._fill(self._find(block, f"tr[data-param-name='{name}'] input"), value)
        status = self.execute(block)
        return status, self.answer_of(block)

    def begin(self, operation: str) -> WebElement:
        """Open an operation and press "Try it out"."""
        block = self.opened(operation)
        self._find(block, ".opblock-summary-control").click()
        self._find(block, ".try-out__btn").click()
        return block

    def opened(self, operation: str) -> WebElement:
        return self._find(self._browser, f"[id$='-{operation}']")

    def execute(self, block: WebElement) -> int:
        """Press "Execute", and give the status of the answer."""
        self._find(block, ".execute").click()
        row = self._find(block, ".live-responses-table tbody .response")
        return int(self._find(row, ".response-col_status").text.split()[0])

    def answer_of(self, block: WebElement) -> Any:
        answer = self._find(block, ".live-responses-table tbody .response .highlight-code code")
        return json.loads(answer.get_attribute("textContent") or "")

    def clear(self, block: WebElement) -> None:
        """Press "Clear", so that an answer that comes is a new one."""
        self._find(block, ".btn-clear").click()
        self._wait.until(
            lambda _: not block.find_elements(By.CSS_SELECTOR, ".live-responses-table")
        )

    def choose_example(self, block: WebElement, key: str) -> None:
        Select(
            self._find(block, ".opblock-section-request-body .examples-select select")
        ).select_by_value(key)

    def query_id_of(self, block: WebElement) -> str:
        field = self._find(block, "tr[data-param-name='query_id'] input")
        return field.get_attribute("value") or ""

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self._wait.until(lambda _: condition())

    def requests_for(self, path: str) -> list[str]:
        """The URLs that the page has loaded so far from a path of the API."""
        loaded = self._browser.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        return [name for name in loaded if urlsplit(name).path.endswith(f"/v0/data_hist{path}")]

    def body_of(self, block: WebElement) -> Any:
        text = self._find(block, "textarea.body-param__text").get_attribute("value")
        return json.loads(text or "")

    def _fill(self, element: WebElement, text: str) -> None:
        # Leaving the field makes the page take what was typed at once.
        element.send_keys(Keys.CONTROL, "a", Keys.NULL, text, Keys.TAB)

    def _find(self, inside: webdriver.Chrome | WebElement, selector: str) -> WebElement:
        return self._wait.until(
            lambda _: next(iter(inside.find_elements(By.CSS_SELECTOR, selector)), None)
        )
