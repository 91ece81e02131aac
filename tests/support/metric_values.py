"""The numbers that the service gives, read as Prometheus would."""

from collections import Counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, tuple[tuple[str, str], ...]]


def series(name: str, **labels: str) -> Series:
    return name, tuple(sorted(labels.items()))


def metric_values(client: httpx.Client) -> Counter[Series]:
    """Every series with its value; one that is not there yet is 0."""
    response = client.get(client.base_url.copy_with(path="/metrics"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    values: Counter[Series] = Counter()
    for family in text_string_to_metric_families(response.text):
        for sample in family.samples:
            values[series(sample.name, **sample.labels)] += sample.value
    return values
