"""Results of finished queries: their CSV as pages, and as streams in every format."""
