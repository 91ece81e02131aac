-- Correlation and regression are NULL where DuckDB's are NaN.
CREATE OR REPLACE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE OR REPLACE MACRO athena_bigint_sum(total, above, below) AS
  CASE WHEN above > 9223372036854775807 OR below < -9223372036854775808
  THEN CAST(athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:bigint addition overflow') AS BIGINT) ELSE CAST(total AS BIGINT) END;
CREATE OR REPLACE MACRO athena_standard_error(e, x) AS
  CASE WHEN e IS NULL THEN FALSE WHEN e BETWEEN 0.0040625 AND 0.26 THEN TRUE
  ELSE athena_fail('INVALID_FUNCTION_ARGUMENT:Max standard error must be in [0.0040625, 0.26]: ' || e || left(CAST(x AS VARCHAR), 0)) IS NULL END;
CREATE OR REPLACE MACRO athena_heap_size(n, argument, positive) AS CASE WHEN n BETWEEN 1 AND 10000 THEN n
  WHEN n > 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || argument || 'less than or equal to 10000; found ' || n) AS BIGINT)
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || argument || positive) AS BIGINT) END;
CREATE OR REPLACE MACRO athena_repeats(ordered) AS
  list_transform(ordered, lambda item, place: place > 1 AND item = ordered[place - 1]);
