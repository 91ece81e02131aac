"""The bounds of all use cases, and of the resources that they share."""

from dataclasses import dataclass, field

from data_hist.athena.polling.poller import PollLimits
from data_hist.queries.budgets import BudgetLimits
from data_hist.queries.estimates import EstimateLimits
from data_hist.queries.field_reader import FieldReaderLimits
from data_hist.queries.orphans import OrphanLimits
from data_hist.queries.result_reader import ResultLimits
from data_hist.queries.saved_questions import SavedLimits
from data_hist.queries.single_flight import SingleFlightLimits
from data_hist.queries.status import StatusLimits
from data_hist.queries.validation import ValidationLimits
from data_hist.results.object_reader import ReadAheadLimits
from data_hist.results.pages import PageLimits
from data_hist.sql_guard.pool import GuardLimits


@dataclass(frozen=True)
class QueryLimits:
    """Bounds of the use cases and of the resources that they share.

    Before it ends, a worker stops orphans for up to `drain_seconds`.

    Streams read on threads of their own, so that other calls do not wait behind their many reads.
    More threads for rows would not find rows faster, only make all others wait for the GIL.
    """

    call_threads: int = 48
    stream_threads: int = 16
    listing_threads: int = 8
    row_threads: int = 2
    drain_seconds: float = 2.0
    counted_queries: int = 10_000
    listed_engine_pages: int = 10
    poll: PollLimits = field(default_factory=PollLimits)
    estimates: EstimateLimits = field(default_factory=EstimateLimits)
    validation: ValidationLimits = field(default_factory=ValidationLimits)
    status: StatusLimits = field(default_factory=StatusLimits)
    orphans: OrphanLimits = field(default_factory=OrphanLimits)
    pages: PageLimits = field(default_factory=PageLimits)
    read_ahead: ReadAheadLimits = field(default_factory=ReadAheadLimits)
    results: ResultLimits = field(default_factory=ResultLimits)
    guard: GuardLimits = field(default_factory=GuardLimits)
    fields: FieldReaderLimits = field(default_factory=FieldReaderLimits)
    samples: SingleFlightLimits = field(default_factory=SingleFlightLimits)
    saved: SavedLimits = field(default_factory=SavedLimits)
    budgets: BudgetLimits = field(default_factory=BudgetLimits)
