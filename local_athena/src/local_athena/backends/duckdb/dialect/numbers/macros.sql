-- Numbers as Java prints them.
CREATE OR REPLACE MACRO athena_mantissa(digits) AS digits[1] || '.' || coalesce(nullif(digits[2:], ''), '0');
-- The digits of DuckDB's shortest text without point, leading and trailing zeros.
CREATE OR REPLACE MACRO athena_digits(plain) AS
  coalesce(nullif(rtrim(ltrim(replace(plain, '.', ''), '0'), '0'), ''), '0');
CREATE OR REPLACE MACRO athena_exponent(plain) AS
  CASE WHEN split_part(plain, '.', 1) <> '0' THEN length(split_part(plain, '.', 1)) - 1
  ELSE length(ltrim(split_part(plain, '.', 2), '0')) - length(split_part(plain, '.', 2)) - 1 END;
CREATE OR REPLACE MACRO athena_scientific(shortest) AS list_transform([shortest], lambda text:
  CASE WHEN contains(text, 'e')
  THEN athena_mantissa(athena_digits(split_part(text, 'e', 1))) || 'E' || CAST(CAST(split_part(text, 'e', 2) AS INTEGER) AS VARCHAR)
  ELSE athena_mantissa(athena_digits(text)) || 'E' || CAST(athena_exponent(text) AS VARCHAR) END)[1];
-- Java prints the least numbers of either type with two digits.
CREATE OR REPLACE MACRO athena_least_text(x) AS CASE
  WHEN abs(x) = 5e-324 THEN '4.9e-324' WHEN typeof(x) = 'FLOAT' AND abs(x) < 2e-45 THEN '1.4e-45' ELSE CAST(abs(x) AS VARCHAR) END;
CREATE OR REPLACE MACRO athena_double_text(x) AS CASE
  WHEN x IS NULL THEN NULL
  WHEN isnan(x) THEN 'NaN'
  WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
  ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || athena_scientific(athena_least_text(x)) END;
CREATE OR REPLACE MACRO athena_double_cast(x) AS CASE
  WHEN x IS NULL THEN NULL
  WHEN isnan(x) THEN 'NaN'
  WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 THEN CASE WHEN signbit(x) THEN '-0E0' ELSE '0E0' END
  ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || athena_scientific(athena_least_text(x)) END;
-- Seven digits, rounded from the shortest ones that tell the number from others.
CREATE OR REPLACE MACRO athena_seven_digits(printed) AS
  left(printed, 3) || rtrim(substr(printed, 4, 5), '0') || 'E' || CAST(CAST(substr(printed, 10) AS INTEGER) AS VARCHAR);
CREATE OR REPLACE MACRO athena_real_cast(x) AS CASE
  WHEN isfinite(x) AND x <> 0 THEN CASE WHEN x < 0 THEN '-' ELSE '' END || athena_seven_digits(
    printf('%.6e', CAST(athena_least_text(x) AS DOUBLE)))
  ELSE athena_double_cast(x) END;
CREATE OR REPLACE MACRO athena_double_json(x) AS
  CASE WHEN isfinite(x) THEN athena_double_text(x) ELSE '"' || athena_double_text(x) || '"' END;
CREATE OR REPLACE MACRO athena_negated(x, least, type) AS
  CASE WHEN x = least THEN athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:' || type || ' negation overflow: ' || least) ELSE -x END;
CREATE OR REPLACE MACRO athena_ln(x) AS
  CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x < 0 OR isnan(x) THEN CAST('NaN' AS DOUBLE) END;
CREATE OR REPLACE MACRO athena_power(x, y) AS CASE WHEN x IS NULL OR y IS NULL THEN NULL
  WHEN isnan(y) OR (isinf(y) AND abs(x) = 1) THEN CAST('NaN' AS DOUBLE) ELSE power(x, y) END;
-- Beyond these digits Java divides by a power of ten that is zero.
CREATE OR REPLACE MACRO athena_round(x, digits) AS
  CASE WHEN digits < -323 AND isfinite(x) THEN CAST('NaN' AS DOUBLE) ELSE round(x, digits) END;
CREATE OR REPLACE MACRO athena_round_digits(x, digits) AS
  CASE WHEN digits < -18 AND x IS NOT NULL THEN athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:numerical overflow: ' || x) ELSE digits END;
CREATE OR REPLACE MACRO athena_random_bound(x) AS
  CASE WHEN x <= 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:bound must be positive') ELSE x END;
CREATE OR REPLACE MACRO athena_random_range(low, high) AS
  CASE WHEN low >= high THEN athena_fail('INVALID_FUNCTION_ARGUMENT:start value must be less than stop value') ELSE high - low END;
CREATE OR REPLACE MACRO athena_bucket(x, low, high, buckets) AS CASE WHEN x < low THEN 0
  WHEN x >= high THEN buckets + 1 WHEN buckets * (x - low) / (high - low) >= 9223372036854775807 THEN 9223372036854775807
  ELSE CAST(trunc(buckets * (x - low) / (high - low) + 1) AS BIGINT) END;
CREATE OR REPLACE MACRO athena_width_bucket(x, low, high, buckets) AS CASE
  WHEN x IS NULL OR low IS NULL OR high IS NULL OR buckets IS NULL THEN NULL
  WHEN buckets <= 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:bucketCount must be greater than 0') AS BIGINT)
  WHEN isnan(x) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:operand must not be NaN') AS BIGINT)
  WHEN NOT isfinite(low) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:first bound must be finite') AS BIGINT)
  WHEN NOT isfinite(high) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:second bound must be finite') AS BIGINT)
  WHEN low < high THEN athena_bucket(x, low, high, buckets)
  WHEN low > high THEN buckets - athena_bucket(x, high, low, buckets) + 1
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:bounds cannot equal each other') AS BIGINT) END;
CREATE OR REPLACE MACRO athena_cbrt(x) AS
  CASE WHEN round(cbrt(x)) * round(cbrt(x)) * round(cbrt(x)) = x THEN round(cbrt(x)) ELSE cbrt(x) END;
-- What rounds to more than the greatest real is infinite.
CREATE OR REPLACE MACRO athena_real_range(x) AS
  CASE WHEN abs(x) >= 3.4028235677973366e38 AND isfinite(x) THEN x * CAST('Infinity' AS DOUBLE) ELSE x END;
