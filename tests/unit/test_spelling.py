"""Names in errors read as a sentence."""

import pytest

from data_hist.spelling import listing


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("", ""),
        ("a", "a"),
        ("ab", "a and b"),
        ("abc", "a, b and c"),
        ("abcdefgh", "a, b, c, d, e, f, g and h"),
        ("abcdefghij", "a, b, c, d, e, f, g, h and 2 more"),
    ],
)
def test_names_are_listed(names: str, text: str) -> None:
    assert listing(names) == text
