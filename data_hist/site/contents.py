"""The pages and files that are served beside the API, by path."""

from collections.abc import Sequence
from html import escape
from typing import Any

from data_hist.site.landing import Landing
from data_hist.site.problem_pages import problem_pages
from data_hist.site.serving import Resource
from data_hist.site.swagger_ui import swagger_ui


def site_resources(
    base_paths: Sequence[str],
    specification: dict[str, Any],
    problems: dict[str, Any],
    credentials: str,
) -> dict[str, Resource]:
    """The landing page, Swagger UI for each version of the API, and the pages of problems.

    Args:
        base_paths: Of each version of the API, the newest last.
        specification: The OpenAPI document of each of them.
        problems: What is known of each problem, by its slug.
        credentials: What `curl` has to send so that a request is let in, as its options.
    """
    resources: dict[str, Resource] = {"/": Landing(base_paths, escape(credentials, quote=False))}
    for base_path in base_paths:
        resources |= swagger_ui(base_path, specification)
    return resources | problem_pages(problems)
