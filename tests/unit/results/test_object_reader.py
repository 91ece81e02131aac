"""Read-ahead stays within its budget, however many streams there are."""

from contextlib import ExitStack

import pytest

from data_hist.results.formats import FORMATS
from data_hist.results.object_reader import ReadAheadBudget, ReadAheadShare

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
BLOCK_BYTES = sorted({fmt.block_bytes for fmt in FORMATS.values()})


def long_running(shares: ReadAheadBudget, streams: int, stack: ExitStack) -> list[ReadAheadShare]:
    each = [stack.enter_context(shares.share()) for _ in range(streams)]
    for share in each:
        share.record(100 * MEBIBYTE)
    return each


@pytest.mark.parametrize(
    ("streams", "wanted", "block_bytes", "blocks"),
    [
        (1, MEBIBYTE, MEBIBYTE, 16),
        (1, 4 * MEBIBYTE, 4 * MEBIBYTE, 4),
        (2, MEBIBYTE, MEBIBYTE, 8),
        (8, MEBIBYTE, MEBIBYTE, 2),
        (8, 4 * MEBIBYTE, MEBIBYTE, 2),
        (16, MEBIBYTE, 512 * KIBIBYTE, 2),
        (500, 4 * MEBIBYTE, 256 * KIBIBYTE, 2),
    ],
)
def test_more_streams_have_less_each(
    streams: int, wanted: int, block_bytes: int, blocks: int
) -> None:
    with ExitStack() as stack:
        for share in long_running(ReadAheadBudget(), streams, stack):
            assert share.block_bytes(wanted) == block_bytes
            assert share.max_blocks(block_bytes) == blocks


@pytest.mark.parametrize("wanted", BLOCK_BYTES)
@pytest.mark.parametrize("streams", [1, 2, 3, 7, 8, 16, 31, 32])
def test_all_together_hold_no_more_than_they_may(streams: int, wanted: int) -> None:
    with ExitStack() as stack:
        shares = long_running(ReadAheadBudget(), streams, stack)
        sizes = [share.block_bytes(wanted) for share in shares]
        held = sum(size * share.max_blocks(size) for size, share in zip(sizes, shares, strict=True))

    assert held <= 16 * MEBIBYTE


@pytest.mark.parametrize("wanted", BLOCK_BYTES)
def test_a_stream_begins_with_little_and_holds_what_it_has_taken(wanted: int) -> None:
    held = []
    with ReadAheadBudget().share() as share:
        for _ in range(5):
            size = share.block_bytes(wanted)
            held.append(size * share.max_blocks(size))
            share.record(held[-1])

    assert held == [number * KIBIBYTE for number in (512, 512, 1024, 2048, 4096)]


def test_a_stream_that_has_ended_gives_its_share_back() -> None:
    shares = ReadAheadBudget()
    with shares.share() as share:
        share.record(100 * MEBIBYTE)
        with ExitStack() as others:
            long_running(shares, 64, others)
            crowded = share.block_bytes(MEBIBYTE)

        assert (crowded, share.block_bytes(MEBIBYTE)) == (256 * KIBIBYTE, MEBIBYTE)
