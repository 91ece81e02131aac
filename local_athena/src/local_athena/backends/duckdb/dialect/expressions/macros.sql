-- Casts from varchar: DuckDB reads more spellings than Athena does.
CREATE OR REPLACE MACRO athena_integer_text(x, type) AS
  CASE WHEN regexp_full_match(x, '[+-]?[0-9]+') THEN x
  WHEN regexp_full_match(x, '[\x00-\x20]*[+-]?\p{Nd}+[\x00-\x20]*') THEN athena_ascii_digits(x)
  ELSE CAST(athena_fail('INVALID_CAST_ARGUMENT:Cannot cast ''' || x || ''' to ' || type) AS VARCHAR) END;
-- Rounded by the digits that are shown: 1.005 is 1.01, although it is less in binary.
CREATE OR REPLACE MACRO athena_decimal_text(shortest, digits, scale) AS
  CASE WHEN contains(shortest, 'e') THEN athena_plain_decimal(shortest, digits, scale) ELSE shortest END;
CREATE OR REPLACE MACRO athena_cast_number(x) AS
  CASE WHEN NOT regexp_full_match(x, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?')
  THEN CAST(athena_fail('INVALID_CAST_ARGUMENT:Cannot cast VARCHAR ''' || x || ''' to DECIMAL') AS VARCHAR) ELSE x END;
CREATE OR REPLACE MACRO athena_cast_double(x, type) AS
  CASE WHEN regexp_full_match(x, '[+-]?([0-9]{1,300}\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?') THEN CAST(x AS DOUBLE)
  -- A function of Python's that returns NaN returns NULL.
  WHEN regexp_full_match(x, '[\x00-\x20]*[+-]?NaN[\x00-\x20]*') THEN CAST('NaN' AS DOUBLE)
  ELSE athena_java_double(x, type) END;
CREATE OR REPLACE MACRO athena_cast_boolean(x) AS
  CASE WHEN lower(x) IN ('t', 'true', '1') THEN TRUE WHEN lower(x) IN ('f', 'false', '0') THEN FALSE
  WHEN x IS NOT NULL THEN athena_fail('INVALID_CAST_ARGUMENT:Cannot cast ''' || x || ''' to BOOLEAN') IS NULL END;
CREATE OR REPLACE MACRO athena_cast_uuid(x) AS
  CASE WHEN NOT regexp_full_match(x, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
  THEN CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Cannot cast value to UUID: ' || x) AS VARCHAR) AS UUID) ELSE CAST(x AS UUID) END;
CREATE OR REPLACE MACRO athena_uuid_of_bytes(x) AS
  CASE WHEN octet_length(x) <> 16 THEN CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Invalid UUID binary length: ' || octet_length(x)) AS VARCHAR) AS UUID)
  ELSE CAST(hex(x) AS UUID) END;
CREATE OR REPLACE MACRO athena_cast_date(x) AS
  CASE WHEN NOT regexp_full_match(x, '\s*[+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2}\s*')
  THEN CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Value cannot be cast to date: ' || x) AS VARCHAR) AS DATE)
  ELSE CAST(ltrim(trim(x), '+') AS DATE) END;
-- The first of the digits behind microseconds rounds them; DuckDB cuts them off.
CREATE OR REPLACE MACRO athena_rounding_microsecond(x) AS
  to_microseconds(CASE WHEN regexp_matches(x, '\.[0-9]{6}[5-9]') THEN 1 ELSE 0 END);
-- DuckDB wants seconds, and no sign before a year.
CREATE OR REPLACE MACRO athena_with_seconds(x) AS
  CASE WHEN regexp_full_match(trim(x), '[^:]*:[^:]*') THEN ltrim(trim(x), '+') || ':00' ELSE ltrim(trim(x), '+') END;
-- A zone may stand behind a time: it is looked at, and does not move the time.
CREATE OR REPLACE MACRO athena_cast_timestamp(x) AS
  CASE WHEN NOT regexp_full_match(x, '\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( ([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?\s*')
  THEN CAST(athena_before_zone(x) AS TIMESTAMP) + athena_rounding_microsecond(x) ELSE CAST(athena_with_seconds(x) AS TIMESTAMP) + athena_rounding_microsecond(x) END;
CREATE OR REPLACE MACRO athena_cast_instant(x) AS
  CASE WHEN x IS NOT NULL AND athena_zone_of(x) <> 'UTC'
  THEN CAST(CAST(athena_fail_beyond_try('NOT_SUPPORTED:The embedded endpoint does not support a time zone that differs between rows') AS VARCHAR) AS TIMESTAMPTZ)
  ELSE timezone('UTC', athena_cast_timestamp(x)) END;
CREATE OR REPLACE MACRO athena_cast_time(x) AS
  CASE WHEN NOT regexp_full_match(x, '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]{1,12})?)?\s*')
  THEN CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Value cannot be cast to time: ' || x) AS VARCHAR) AS TIME)
  ELSE CAST(athena_with_seconds(x) AS TIME) + athena_rounding_microsecond(x) END;
-- Trino takes one second too many from moments before 1970 that have a fraction of one.
CREATE OR REPLACE MACRO athena_clock_moment(x) AS
  CASE WHEN epoch_us(x) < 0 AND epoch_us(x) % 1000000 <> 0 THEN x - INTERVAL 1 SECOND ELSE x END;
CREATE OR REPLACE MACRO athena_clock_of_picos(x) AS
  CASE WHEN x < 0 AND x % 1000000000000 <> 0 THEN x - 1000000000000 ELSE x END;
