"""What streams may hold stays within bounds, however many there are."""

from contextlib import ExitStack

import pytest

from data_hist.results.formats import FORMATS
from data_hist.results.stream_shares import StreamShares

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("streams", "wanted", "block_bytes", "blocks"),
    [
        (1, MEBIBYTE, MEBIBYTE, 8),
        (1, 4 * MEBIBYTE, 4 * MEBIBYTE, 2),
        (4, MEBIBYTE, MEBIBYTE, 8),
        (16, MEBIBYTE, MEBIBYTE, 2),
        (16, 4 * MEBIBYTE, MEBIBYTE, 2),
        (32, MEBIBYTE, MEBIBYTE // 2, 2),
        (500, 4 * MEBIBYTE, MEBIBYTE // 4, 2),
    ],
)
def test_more_streams_have_less_each(
    streams: int, wanted: int, block_bytes: int, blocks: int
) -> None:
    shares = StreamShares()
    with ExitStack() as joined:
        for _ in range(streams):
            joined.enter_context(shares.joined())

        assert shares.block_bytes(wanted) == block_bytes
        assert shares.blocks(block_bytes) == blocks


@pytest.mark.parametrize("wanted", sorted({fmt.block_bytes for fmt in FORMATS.values()}))
@pytest.mark.parametrize("streams", [1, 2, 3, 7, 8, 31, 50, 64])
def test_all_together_hold_no_more_than_they_may(streams: int, wanted: int) -> None:
    shares = StreamShares()
    with ExitStack() as joined:
        for _ in range(streams):
            joined.enter_context(shares.joined())
        size = shares.block_bytes(wanted)

        assert streams * size * shares.blocks(size) <= 32 * MEBIBYTE


def test_a_stream_that_has_ended_gives_its_share_back() -> None:
    shares = StreamShares()
    with ExitStack() as joined:
        for _ in range(64):
            joined.enter_context(shares.joined())

    assert shares.block_bytes(MEBIBYTE) == MEBIBYTE
