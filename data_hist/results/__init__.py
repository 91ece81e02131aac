"""The result object of a query as pages, and as a stream in the format that the caller wants."""

from data_hist.results.object_reader import ResultObject
from data_hist.results.pages import PageReader
from data_hist.results.read_ahead_budget import ReadAheadBudget

__all__ = ["PageReader", "ReadAheadBudget", "ResultObject"]
