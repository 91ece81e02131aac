"""The whole result of a query as a stream, in the format that the caller wants."""

from data_hist.streams.formats import chosen_format
from data_hist.streams.object_blocks import ResultObject
from data_hist.streams.response import FinishedResult, result_response

__all__ = ["FinishedResult", "ResultObject", "chosen_format", "result_response"]
