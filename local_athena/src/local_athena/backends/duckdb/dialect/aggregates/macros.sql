-- Correlation and regression are NULL where DuckDB's are NaN.
CREATE OR REPLACE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END;
-- The order of rows matters if the total fits, and the sum of all above or below zero does not; `added` is for that.
CREATE OR REPLACE MACRO athena_bigint_sum(total, above, below, added) AS CASE
  WHEN total NOT BETWEEN -9223372036854775808 AND 9223372036854775807
  THEN CAST(athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:bigint addition overflow') AS BIGINT)
  WHEN above > 9223372036854775807 OR below < -9223372036854775808 THEN added ELSE CAST(total AS BIGINT) END;
CREATE OR REPLACE MACRO athena_no_order() AS CAST(athena_fail_beyond_try(
  'NOT_SUPPORTED:The embedded endpoint does not support sums that overflow in some orders of the rows: add decimals') AS BIGINT);
-- Sums over windows overflow as Java's do.
CREATE OR REPLACE MACRO athena_wrapped_sum(total) AS
  CAST(((CAST(total AS HUGEINT) + 9223372036854775808) % 18446744073709551616 + 18446744073709551616) % 18446744073709551616 - 9223372036854775808 AS BIGINT);
-- How many units, in the upper 64 bits, and the rest.
CREATE OR REPLACE MACRO athena_wide(x, unit) AS
  (x - (x % unit + unit) % unit) // unit * 18446744073709551616 + (x % unit + unit) % unit;
CREATE OR REPLACE MACRO athena_heap_size(n, argument, positive) AS CASE WHEN n BETWEEN 1 AND 10000 THEN n
  WHEN n > 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || argument || 'less than or equal to 10000; found ' || n) AS BIGINT)
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:' || argument || positive) AS BIGINT) END;
-- No lambda here has a parameter beside its own: DuckDB copies what a lambda captures for each element.
CREATE OR REPLACE MACRO athena_repeats(ordered) AS [FALSE] || list_transform(
  list_zip(ordered[2:], ordered[1:len(ordered) - 1]), lambda pair: pair[1] IS NOT DISTINCT FROM pair[2]);
CREATE OR REPLACE MACRO athena_places(keys) AS athena_group_places(list_grade_up(keys), athena_repeats(list_sort(keys)));
-- In the order of the rows.
CREATE OR REPLACE MACRO athena_distinct(list) AS CASE WHEN len(list) > 0
  THEN list_select(list, list_transform(athena_places(list), lambda places: places[1])) END;
CREATE OR REPLACE MACRO athena_hash_boolean(x) AS athena_xxhash64(
  CAST(CASE x WHEN TRUE THEN '\x01' WHEN FALSE THEN '\x00' END AS BLOB) || CAST('\x00\x00\x00\x00\x00\x00\x00' AS BLOB));
CREATE OR REPLACE MACRO athena_map_of_parts(parts) AS CASE WHEN parts IS NOT NULL THEN MAP(parts.k, parts.v) END;
-- Of the texts of keys and values.
CREATE OR REPLACE MACRO athena_map_of_doubles(texts) AS
  CASE WHEN texts IS NOT NULL THEN MAP(CAST(texts[1] AS DOUBLE[]), CAST(texts[2] AS DOUBLE[])) END;
CREATE OR REPLACE MACRO athena_reals(texts) AS list_transform(CAST(texts AS DOUBLE[]), lambda x: CAST(athena_real_range(x) AS REAL));
CREATE OR REPLACE MACRO athena_map_of_reals(texts) AS CASE WHEN texts IS NOT NULL THEN MAP(athena_reals(texts[1]), athena_reals(texts[2])) END;
-- What is infinite makes NaN of sums whose partial results are merged. A REAL leaves `found` its type.
CREATE OR REPLACE MACRO athena_ordinary(found, largest, most, merged) AS CASE
  WHEN largest <= most OR largest IS NULL OR isnan(largest) THEN found
  WHEN merged AND isinf(largest) THEN found + CAST(0 * largest AS REAL)
  ELSE CAST(athena_fail_beyond_try('NOT_SUPPORTED:The embedded endpoint does not support moments of values beyond '
    || most || ', which depend on the order of rows: leave them out, or scale them') AS REAL) END;
CREATE OR REPLACE MACRO athena_kept_digits(found, size, exact, rows, digits, least) AS CASE
  WHEN size < least OR size <= digits * abs(found) OR size = 0 OR size IS NULL OR found IS NULL OR NOT isfinite(found)
    OR (exact AND size * rows < 8589934592) THEN found
  ELSE CAST(athena_fail_beyond_try('NOT_SUPPORTED:The embedded endpoint does not support the sum of a window that'
    || ' a much larger value has left, whose digits depend on it: add decimals') AS REAL) END;
