"""Names of folders that tell a date."""

import pytest

from data_hist.catalog.date_formats import smallest_unit
from data_hist.catalog.sources import DateLevel


@pytest.mark.parametrize(
    ("date_format", "unit"),
    [
        ("yyyy", "year"),
        ("yyyy-MM-dd", "day"),
        ("dd-MM-yyyy", "day"),
        ("HH/dd.MM.yyyy", "hour"),
        ("MM-yyyy", "month"),
    ],
)
def test_the_smallest_unit_may_stand_anywhere(date_format: str, unit: str) -> None:
    level = DateLevel(projection="date", format=date_format, range=("NOW-1YEARS", "NOW"))

    assert smallest_unit(date_format) == unit
    assert level.step_unit == f"{unit.upper()}S"
