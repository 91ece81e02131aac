-- Correlation and regression are NULL where DuckDB's are NaN.
CREATE OR REPLACE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE OR REPLACE MACRO athena_bigint_sum(total, above, below) AS
  CASE WHEN above > 9223372036854775807 OR below < -9223372036854775808
  THEN CAST(athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:bigint addition overflow') AS BIGINT) ELSE CAST(total AS BIGINT) END;
CREATE OR REPLACE MACRO athena_standard_error(e, x) AS
  CASE WHEN e IS NULL THEN FALSE WHEN e BETWEEN 0.0040625 AND 0.26 THEN TRUE
  ELSE athena_fail('INVALID_FUNCTION_ARGUMENT:Max standard error must be in [0.0040625, 0.26]: ' || e || left(CAST(x AS VARCHAR), 0)) IS NULL END;
CREATE OR REPLACE MACRO athena_positive(n, name) AS
  CASE WHEN n IS NULL OR n BETWEEN 1 AND 10000 THEN n WHEN n > 0
  THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || name || ' must be less than or equal to 10000; found ' || n) AS BIGINT)
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || name || ' must be positive') AS BIGINT) END;
-- NaN comes last in either direction.
CREATE OR REPLACE MACRO athena_first_of(list, direction, n, name) AS
  CASE WHEN len(athena_present(list)) > 0 THEN list_sort(athena_present(list), direction)[1:athena_positive(n, name)] END;
CREATE OR REPLACE MACRO athena_greatest_numbers(list, n) AS
  list_transform(athena_first_of(list_transform(athena_present(list), lambda v: {'n': NOT isnan(v), 'v': v}), 'DESC', n, 'second argument of max_n'), lambda e: e.v);
CREATE OR REPLACE MACRO athena_first_by(entries, sign, direction, n, name) AS
  list_transform(athena_first_of(list_transform(list_filter(entries, lambda e: e.k IS NOT NULL), lambda e, i: {'k': e.k, 'i': sign * i, 'v': e.v}), direction, n, name), lambda e: e.v);
