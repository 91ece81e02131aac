-- What Athena's functions need beyond one DuckDB expression. Created once in the database, so that
-- every session sees them. An argument may be evaluated more than once.

-- The one way to fail inside an expression that TRY catches: error() counts as volatile.
CREATE OR REPLACE MACRO athena_fail(message) AS CAST(message AS INTEGER);
