"""A `traceparent` counts when it is what W3C Trace Context says, and else is not there."""

import pytest

from data_hist.observability.request_context import parse_traceparent

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "value",
    [
        f"00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-00",
        f"00-{TRACE}-{SPAN}-ff",
        f"cc-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like",
    ],
)
def test_well_formed(value: str) -> None:
    context = parse_traceparent([value.encode()])

    assert context is not None
    assert (context.trace_id, context.parent_span_id) == (TRACE, SPAN)
    assert len(context.span_id) == 16
    assert context.span_id != SPAN


@pytest.mark.parametrize(
    "value",
    [
        "",
        TRACE,
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00_{TRACE}_{SPAN}_01",
    ],
)
def test_malformed(value: str) -> None:
    assert parse_traceparent([value.encode()]) is None


def test_twice_is_not_there() -> None:
    value = f"00-{TRACE}-{SPAN}-01".encode()

    assert parse_traceparent([]) is None
    assert parse_traceparent([value, value]) is None
