"""The result object of a query as pages, and as a stream in the format that the caller wants."""

from data_hist.results.formats import chosen_format
from data_hist.results.object_blocks import ResultObject
from data_hist.results.pages import PageReader
from data_hist.results.response import FinishedResult, result_response
from data_hist.results.stream_shares import StreamShares

__all__ = [
    "FinishedResult",
    "PageReader",
    "ResultObject",
    "StreamShares",
    "chosen_format",
    "result_response",
]
