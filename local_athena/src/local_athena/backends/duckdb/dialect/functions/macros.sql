-- What Athena's functions need beyond one DuckDB expression. Created once in the database, so that
-- every session sees them. An argument may be evaluated more than once.

-- The one way to fail inside an expression that TRY catches: error() counts as volatile.
CREATE OR REPLACE MACRO athena_fail(message) AS CAST(message AS INTEGER);

CREATE OR REPLACE MACRO athena_now() AS date_trunc('millisecond', now());
-- As Java's isWhitespace, so not the no-break spaces.
CREATE OR REPLACE MACRO athena_whitespace() AS concat(
  chr(32), chr(9), chr(10), chr(11), chr(12), chr(13), chr(28), chr(29), chr(30), chr(31), chr(5760), chr(8192), chr(8193), chr(8194), chr(8195), chr(8196), chr(8197), chr(8198), chr(8200), chr(8201), chr(8202), chr(8232), chr(8233), chr(8287), chr(12288));

-- Correlation and regression are NULL where DuckDB's are NaN.
CREATE OR REPLACE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END;

-- Numbers as Java prints them.
CREATE OR REPLACE MACRO athena_mantissa(digits) AS
  digits[1] || '.' || CASE WHEN length(digits) > 1 THEN digits[2:] ELSE '0' END;
-- The digits of DuckDB's shortest text without point, leading and trailing zeros.
CREATE OR REPLACE MACRO athena_digits(plain) AS
  CASE WHEN rtrim(ltrim(replace(plain, '.', ''), '0'), '0') = '' THEN '0'
  ELSE rtrim(ltrim(replace(plain, '.', ''), '0'), '0') END;
CREATE OR REPLACE MACRO athena_exponent(plain) AS
  CASE WHEN split_part(plain, '.', 1) <> '0' THEN length(split_part(plain, '.', 1)) - 1
  ELSE length(ltrim(split_part(plain, '.', 2), '0')) - length(split_part(plain, '.', 2)) - 1 END;
CREATE OR REPLACE MACRO athena_scientific(shortest) AS
  CASE WHEN contains(shortest, 'e')
  THEN athena_mantissa(athena_digits(split_part(shortest, 'e', 1))) || 'E' || CAST(CAST(split_part(shortest, 'e', 2) AS INTEGER) AS VARCHAR)
  ELSE athena_mantissa(athena_digits(shortest)) || 'E' || CAST(athena_exponent(shortest) AS VARCHAR) END;
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
CREATE OR REPLACE MACRO athena_binary_text(x) AS
  rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'));

-- Times and intervals.
-- DuckDB writes a year before 1 as one of the years BC, or without its zeros.
CREATE OR REPLACE MACRO athena_day_text(x) AS CASE
  WHEN year(x) > 9999 THEN '+' || strftime(x, '%Y-%m-%d')
  WHEN year(x) >= 1 THEN strftime(x, '%Y-%m-%d')
  ELSE CASE WHEN year(x) < 0 THEN '-' ELSE '' END || printf('%04d', abs(year(x))) || strftime(x, '-%m-%d') END;
CREATE OR REPLACE MACRO athena_time_text(x, size) AS
  left(rpad(CAST(x AS VARCHAR) || CASE WHEN microsecond(x) % 1000000 = 0 THEN '.' ELSE '' END, 15, '0'), size);
CREATE OR REPLACE MACRO athena_interval_ms(x) AS epoch_us(x) // 1000;
CREATE OR REPLACE MACRO athena_seconds_text(x) AS
  CASE WHEN athena_interval_ms(x) < 0 THEN '-' ELSE '' END
  || printf('%d %02d:%02d:%02d.%03d', abs(athena_interval_ms(x)) // 86400000,
            abs(athena_interval_ms(x)) // 3600000 % 24, abs(athena_interval_ms(x)) // 60000 % 60,
            abs(athena_interval_ms(x)) // 1000 % 60, abs(athena_interval_ms(x)) % 1000);
CREATE OR REPLACE MACRO athena_whole_days(x, refusal) AS
  CASE WHEN athena_interval_ms(x) % 86400000 <> 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Cannot ' || refusal || ' a date')
  ELSE CAST(athena_interval_ms(x) // 86400000 AS INTEGER) END;
CREATE OR REPLACE MACRO athena_divisor(x) AS 1 / CASE WHEN x = 0 OR isnan(x)
  THEN CAST(CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:Cannot divide by double ' || athena_double_text(x)) AS VARCHAR) AS DOUBLE) ELSE x END;
CREATE OR REPLACE MACRO athena_factor(x) AS CASE WHEN isnan(x)
  THEN CAST(CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:Cannot multiply by double NaN') AS VARCHAR) AS DOUBLE) ELSE x END;
CREATE OR REPLACE MACRO athena_scaled_interval(x, factor) AS to_microseconds(1000 * CAST(trunc(athena_interval_ms(x) * athena_factor(factor)) AS BIGINT));
CREATE OR REPLACE MACRO athena_amount(x) AS CASE WHEN x BETWEEN -2147483648 AND 2147483647 THEN CAST(x AS INTEGER)
  WHEN x IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Value is out of range for the unit: ' || x) END;
CREATE OR REPLACE MACRO athena_interval_months(x) AS year(x) * 12 + month(x);
CREATE OR REPLACE MACRO athena_scaled_months(x, factor) AS to_months(CAST(trunc(athena_interval_months(x) * athena_factor(factor)) AS INTEGER));
CREATE OR REPLACE MACRO athena_months_text(x) AS
  CASE WHEN athena_interval_months(x) < 0 THEN '-' ELSE '' END
  || printf('%d-%d', abs(athena_interval_months(x)) // 12, abs(athena_interval_months(x)) % 12);

-- Casts from varchar: DuckDB reads more spellings than Athena does.
CREATE OR REPLACE MACRO athena_integer_text(x, type) AS
  CASE WHEN regexp_full_match(x, '[+-]?[0-9]+') THEN x
  WHEN regexp_full_match(x, '[\x00-\x20]*[+-]?\p{Nd}+[\x00-\x20]*') THEN athena_ascii_digits(x)
  ELSE CAST(athena_fail('INVALID_CAST_ARGUMENT:Cannot cast ''' || x || ''' to ' || type) AS VARCHAR) END;
-- What rounds to more than the greatest real is infinite.
CREATE OR REPLACE MACRO athena_real_range(x) AS
  CASE WHEN abs(x) >= 3.4028235677973366e38 AND isfinite(x) THEN x * CAST('Infinity' AS DOUBLE) ELSE x END;
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
  CASE WHEN NOT regexp_full_match(x, '\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( +([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,12})?)?)?\s*')
  THEN CAST(athena_before_zone(x) AS TIMESTAMP) + athena_rounding_microsecond(x) ELSE CAST(athena_with_seconds(x) AS TIMESTAMP) + athena_rounding_microsecond(x) END;
CREATE OR REPLACE MACRO athena_cast_instant(x) AS
  CASE WHEN x IS NOT NULL AND athena_zone_of(x) <> 'UTC'
  THEN CAST(CAST(athena_fail_beyond_try('NOT_SUPPORTED:The embedded endpoint does not support a time zone that differs between rows') AS VARCHAR) AS TIMESTAMPTZ)
  ELSE timezone('UTC', athena_cast_timestamp(x)) END;
CREATE OR REPLACE MACRO athena_cast_time(x) AS
  CASE WHEN NOT regexp_full_match(x, '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]{1,12})?)?')
  THEN CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Value cannot be cast to time: ' || x) AS VARCHAR) AS TIME)
  ELSE CAST(athena_with_seconds(x) AS TIME) + athena_rounding_microsecond(x) END;
-- Down to a whole unit also before 1970, where // goes towards zero: counted from 32,000 years
-- earlier. What stands here twice, DuckDB would evaluate once, and outside a TRY around it.
CREATE OR REPLACE MACRO athena_whole_units(us, unit) AS
  (us + 1000000000000000000) // unit * unit - 1000000000000000000;
CREATE OR REPLACE MACRO athena_whole_milliseconds(x) AS make_timestamp(athena_whole_units(epoch_us(x), 1000));
CREATE OR REPLACE MACRO athena_round_timestamp(x, unit) AS
  make_timestamp(athena_whole_units(epoch_us(x) + unit // 2, unit));

CREATE OR REPLACE MACRO athena_round_time(x, unit) AS
  CAST(make_timestamp(athena_whole_units(epoch_us(x) + unit // 2, unit)) AS TIME);

-- Between two times in microseconds, as whole milliseconds.
CREATE OR REPLACE MACRO athena_elapsed(one, other) AS to_microseconds(athena_whole_units(one - other + 500, 1000));
CREATE OR REPLACE MACRO athena_round_instant(x, unit) AS
  timezone('UTC', athena_round_timestamp(timezone('UTC', x), unit));
CREATE OR REPLACE MACRO athena_from_unixtime(x) AS
  to_timestamp(round(CASE WHEN isnan(x) THEN 0 ELSE x END * 1000) / 1000);

-- Time zones. Of a time that a zone has twice DuckDB takes the later one; a day before, the zone had
-- the offset of the earlier one.
CREATE OR REPLACE MACRO athena_with_offset_of(wall, zone, instant) AS
  timezone('UTC', wall - (timezone(zone, instant) - timezone('UTC', instant)));
CREATE OR REPLACE MACRO athena_instant(wall, zone) AS
  CASE WHEN timezone(zone, athena_with_offset_of(wall, zone, timezone(zone, wall) - INTERVAL '1' DAY)) = wall
  THEN athena_with_offset_of(wall, zone, timezone(zone, wall) - INTERVAL '1' DAY) ELSE timezone(zone, wall) END;
CREATE OR REPLACE MACRO athena_instant_near(wall, zone, instant) AS
  CASE WHEN timezone(zone, athena_with_offset_of(wall, zone, instant)) = wall
  THEN athena_with_offset_of(wall, zone, instant) ELSE athena_instant(wall, zone) END;
CREATE OR REPLACE MACRO athena_known_zone(instant, zone) AS CASE WHEN zone IS NOT NULL THEN instant END;

-- Strings.
-- array_to_string wants a constant separator.
CREATE OR REPLACE MACRO athena_present(list) AS list_filter(list, lambda item: item IS NOT NULL);
CREATE OR REPLACE MACRO athena_join(list, separator) AS CASE
  WHEN list IS NULL OR separator IS NULL THEN NULL WHEN len(athena_present(list)) = 0 THEN ''
  ELSE list_reduce(athena_present(list), lambda joined, item: joined || separator || item) END;
CREATE OR REPLACE MACRO athena_substr(x, start, length) AS
  CASE WHEN start = 0 OR length <= 0 OR start < -length(x) THEN CASE WHEN x IS NOT NULL AND start IS NOT NULL AND length IS NOT NULL THEN '' END
  ELSE substr(x, start, length) END;
CREATE OR REPLACE MACRO athena_replace(x, search, replacement) AS
  CASE WHEN search = '' THEN array_to_string(list_transform(string_split(x, ''), lambda c: replacement || c), '') || replacement
  ELSE replace(x, search, replacement) END;
CREATE OR REPLACE MACRO athena_is_ascii(x) AS strlen(x) = length(x);
-- The small letter without a capital one of a single character.
CREATE OR REPLACE MACRO athena_upper(x) AS CASE WHEN contains(x, 'ß')
  THEN array_to_string(list_transform(string_split(x, 'ß'), lambda part: upper(part)), 'ß') ELSE upper(x) END;
-- DuckDB keeps the characters of a grapheme together.
CREATE OR REPLACE MACRO athena_reverse(x) AS CASE WHEN athena_is_ascii(x) THEN reverse(x) ELSE athena_text_reverse(x) END;
CREATE OR REPLACE MACRO athena_levenshtein(a, b) AS CASE WHEN athena_is_ascii(a) AND athena_is_ascii(b) AND length(a) + length(b) <= 2000
  THEN levenshtein(a, b) ELSE athena_text_levenshtein(a, b) END;
CREATE OR REPLACE MACRO athena_hamming_distance(a, b) AS CASE WHEN athena_is_ascii(a) AND athena_is_ascii(b) AND length(a) = length(b) AND a <> ''
  THEN hamming(a, b) ELSE athena_text_hamming(a, b) END;
CREATE OR REPLACE MACRO athena_pad_length(x, size, padding) AS CASE WHEN x IS NULL OR padding IS NULL THEN NULL
  WHEN size NOT BETWEEN 0 AND 2147483647 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Target length must be in the range [0..2147483647]')
  WHEN size IS NOT NULL AND padding = '' THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Padding string must not be empty')
  ELSE CAST(size AS INTEGER) END;
CREATE OR REPLACE MACRO athena_code_point(x) AS CASE WHEN x NOT BETWEEN 0 AND 1114111 OR x BETWEEN 55296 AND 57343
  THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Not a valid Unicode code point: ' || x) ELSE CAST(x AS INTEGER) END;
CREATE OR REPLACE MACRO athena_codepoint(x) AS CASE WHEN length(x) <> 1
  THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Input string must be a single character string') ELSE unicode(x) END;
CREATE OR REPLACE MACRO athena_split_all(x, delimiter) AS CASE WHEN delimiter = '' AND x IS NOT NULL
  THEN CAST([CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:The delimiter may not be the empty string') AS VARCHAR)] AS VARCHAR[])
  WHEN delimiter IS NOT NULL THEN string_split(x, delimiter) END;
CREATE OR REPLACE MACRO athena_split_part(x, delimiter, position) AS CASE
  WHEN x IS NULL OR delimiter IS NULL THEN NULL
  WHEN x = '' AND delimiter = '' AND position > 0 THEN NULL
  WHEN position <= 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:Index must be greater than zero') AS VARCHAR)
  ELSE string_split(x, delimiter)[position] END;
CREATE OR REPLACE MACRO athena_map(keys, vals) AS CASE WHEN len(keys) <> len(vals)
  THEN MAP(keys, vals[1:athena_fail('INVALID_FUNCTION_ARGUMENT:Key and value arrays must be the same length')]) ELSE MAP(keys, vals) END;
-- A row, which DuckDB writes with the names of its fields, and an array, as a message shows them.
CREATE OR REPLACE MACRO athena_shown_key(x) AS
  replace(translate(regexp_replace(x, '''f\d+'': ', '', 'g'), '{}', '[]'), 'NULL', 'null');
-- The last map that has a key gives its value, and comes first.
CREATE OR REPLACE MACRO athena_map_concat(maps) AS CASE WHEN len(list_filter(maps, lambda m: m IS NULL)) = 0
  THEN athena_map_of_distinct(flatten(list_transform(list_reverse(maps), lambda m: list_transform(map_entries(m), lambda e: {'k': e.key, 'v': e.value})))) END;
CREATE OR REPLACE MACRO athena_map_of_distinct(entries) AS map_from_entries(list_filter(entries,
  lambda e, i: list_position(list_transform(entries, lambda o: o.k), e.k) = i));
CREATE OR REPLACE MACRO athena_distinct_keys(keys) AS list_transform(list_sort(
  list_transform(list_distinct(keys), lambda k: {'p': list_position(keys, k), 'k': k})), lambda e: e.k);
CREATE OR REPLACE MACRO athena_multimap(entries) AS
  MAP(athena_distinct_keys(list_transform(entries, lambda e: e.k)),
      list_transform(athena_distinct_keys(list_transform(entries, lambda e: e.k)),
        lambda key: list_transform(list_filter(entries, lambda e: e.k = key), lambda e: e.v)));
CREATE OR REPLACE MACRO athena_with_entries(entries) AS entries[1:len(entries) + CASE
  WHEN len(list_filter(entries, lambda e: e IS NULL)) > 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:map entry cannot be null')
  WHEN len(list_filter(entries, lambda e: e.f1 IS NULL)) > 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:map key cannot be null') ELSE 0 END];
CREATE OR REPLACE MACRO athena_reordered(m, places) AS
  map_from_entries(list_transform(places, lambda place: map_entries(m)[place]));
CREATE OR REPLACE MACRO athena_with_keys(entries) AS list_filter(entries, lambda e: e.k IS NOT NULL);
-- The first entry of each key wins; a NULL key has no place in a map, and no entries are no map.
CREATE OR REPLACE MACRO athena_map_of_entries(entries) AS
  CASE WHEN len(athena_with_keys(entries)) > 0 THEN athena_map_of_distinct(athena_with_keys(entries)) END;
CREATE OR REPLACE MACRO athena_multimap_of_entries(entries) AS
  CASE WHEN len(athena_with_keys(entries)) > 0 THEN athena_multimap(athena_with_keys(entries)) END;
CREATE OR REPLACE MACRO athena_histogram(counts) AS
  map_from_entries(list_transform(map_entries(counts), lambda e: {'k': e.key, 'v': CAST(e.value AS BIGINT)}));
CREATE OR REPLACE MACRO athena_url_encode(x) AS
  replace(replace(replace(url_encode(x), '%20', '+'), '~', '%7E'), '%2A', '*');

-- Bytes.
CREATE OR REPLACE MACRO athena_from_hex(x) AS from_hex(CASE WHEN strlen(x) % 2 = 0 THEN x
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:invalid input length ' || strlen(x)) AS VARCHAR) END);
-- What checksum adds for NULL.
CREATE OR REPLACE MACRO athena_no_check() AS CAST(11400714785074694791 AS HUGEINT);

-- Regular expressions.
CREATE OR REPLACE MACRO athena_regexp_pieces(parts, found) AS
  list_reduce([parts[1]] || list_transform(range(1, len(parts)), lambda i: found[i] || parts[i + 1]), lambda joined, piece: joined || piece);

-- Numbers.
CREATE OR REPLACE MACRO athena_negated(x, least, type) AS
  CASE WHEN x = least THEN athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:' || type || ' negation overflow: ' || least) ELSE -x END;
CREATE OR REPLACE MACRO athena_ln(x) AS
  CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x < 0 OR isnan(x) THEN CAST('NaN' AS DOUBLE) END;
CREATE OR REPLACE MACRO athena_round_digits(x, digits) AS
  CASE WHEN digits < -18 AND x IS NOT NULL THEN athena_fail('NUMERIC_VALUE_OUT_OF_RANGE:numerical overflow: ' || x) ELSE digits END;
CREATE OR REPLACE MACRO athena_random_bound(x) AS
  CASE WHEN x <= 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:bound must be positive') ELSE x END;
CREATE OR REPLACE MACRO athena_random_range(low, high) AS
  CASE WHEN low >= high THEN athena_fail('INVALID_FUNCTION_ARGUMENT:start value must be less than stop value') ELSE high - low END;
CREATE OR REPLACE MACRO athena_width_bucket(x, low, high, buckets) AS CASE
  WHEN x IS NULL OR low IS NULL OR high IS NULL OR buckets IS NULL THEN NULL
  WHEN buckets <= 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:bucketCount must be greater than 0') AS BIGINT)
  WHEN isnan(x) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:operand must not be NaN') AS BIGINT)
  WHEN NOT isfinite(low) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:first bound must be finite') AS BIGINT)
  WHEN NOT isfinite(high) THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:second bound must be finite') AS BIGINT)
  WHEN low < high THEN CASE WHEN x < low THEN 0 WHEN x >= high THEN buckets + 1 ELSE CAST(floor(buckets * (x - low) / (high - low)) AS BIGINT) + 1 END
  WHEN low > high THEN CASE WHEN x > low THEN 0 WHEN x <= high THEN buckets + 1 ELSE CAST(floor(buckets * (low - x) / (low - high)) AS BIGINT) + 1 END
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:bounds cannot equal each other') AS BIGINT) END;

CREATE OR REPLACE MACRO athena_cbrt(x) AS
  CASE WHEN round(cbrt(x)) * round(cbrt(x)) * round(cbrt(x)) = x THEN round(cbrt(x)) ELSE cbrt(x) END;

-- Aggregates.
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

-- Windows.
CREATE OR REPLACE MACRO athena_frame_offset(x) AS
  CASE WHEN x >= 0 THEN x ELSE athena_fail('INVALID_WINDOW_FRAME:Window frame offset value must not be negative or null') END;
CREATE OR REPLACE MACRO athena_frame_interval(x) AS
  CASE WHEN x >= INTERVAL 0 DAY THEN x
  ELSE to_days(athena_fail('INVALID_WINDOW_FRAME:Window frame offset value must not be negative or null')) END;
CREATE OR REPLACE MACRO athena_frame_days(x) AS CASE WHEN epoch_us(x) % 86400000000 = 0 THEN athena_frame_interval(x)
  ELSE to_days(athena_fail('INVALID_FUNCTION_ARGUMENT:Cannot subtract hour, minutes or seconds from a date')) END;
CREATE OR REPLACE MACRO athena_bucket_count(n) AS
  CASE WHEN n <= 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Buckets must be greater than 0') ELSE n END;
CREATE OR REPLACE MACRO athena_nth_offset(n) AS
  CASE WHEN n < 1 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Offset must be at least 1') ELSE n END;
CREATE OR REPLACE MACRO athena_shift_offset(n) AS CASE WHEN n >= 0 THEN n
  WHEN n IS NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Offset must not be null')
  ELSE athena_fail('INVALID_FUNCTION_ARGUMENT:Offset must be at least 0') END;

-- Arrays.
CREATE OR REPLACE MACRO athena_contains(list, item) AS
  CASE WHEN list_contains(list, item) THEN TRUE
  WHEN list IS NULL OR item IS NULL OR len(list_filter(list, lambda i: i IS NULL)) > 0 THEN NULL ELSE FALSE END;
CREATE OR REPLACE MACRO athena_array_distinct(list) AS
  list_filter(list, lambda item, i: coalesce(list_position(list, item), 0) = i
    OR (item IS NULL AND len(list_filter(list[1:i - 1], lambda o: o IS NULL)) = 0));
CREATE OR REPLACE MACRO athena_holds(list, item) AS
  CASE WHEN item IS NULL THEN len(list_filter(list, lambda o: o IS NULL)) > 0 ELSE list_contains(list, item) END;
CREATE OR REPLACE MACRO athena_array_intersect(a, b) AS
  CASE WHEN b IS NOT NULL THEN list_filter(athena_array_distinct(a), lambda item: athena_holds(b, item)) END;
CREATE OR REPLACE MACRO athena_array_except(a, b) AS
  CASE WHEN len(b) = 0 THEN a WHEN b IS NOT NULL THEN list_filter(athena_array_distinct(a), lambda item: NOT athena_holds(b, item)) END;
CREATE OR REPLACE MACRO athena_arrays_overlap(a, b) AS
  CASE WHEN list_has_any(list_filter(a, lambda i: i IS NOT NULL), list_filter(b, lambda i: i IS NOT NULL)) THEN TRUE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN (len(list_filter(a, lambda i: i IS NULL)) > 0 AND len(b) > 0) OR (len(list_filter(b, lambda i: i IS NULL)) > 0 AND len(a) > 0) THEN NULL
  ELSE FALSE END;
CREATE OR REPLACE MACRO athena_slice(list, start, length) AS CASE
  WHEN length IS NULL THEN NULL WHEN start > 0 THEN list[start:start + athena_length(list, length) - 1]
  WHEN start < 0 THEN CASE WHEN -start > len(list) THEN list[1:0 * athena_length(list, length)]
    ELSE list[len(list) + start + 1:len(list) + start + athena_length(list, length)] END
  WHEN start = 0 THEN list[1:CASE WHEN list IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:SQL array indices start at 1') END] END;
CREATE OR REPLACE MACRO athena_length(list, length) AS CASE WHEN length < 0 AND list IS NOT NULL
  THEN athena_fail('INVALID_FUNCTION_ARGUMENT:length must be greater than or equal to 0') ELSE length END;
CREATE OR REPLACE MACRO athena_trim_array(list, size) AS list[1:len(list) - CASE
  WHEN size < 0 AND list IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:size must not be negative: ' || size)
  WHEN size > len(list) THEN athena_fail('INVALID_FUNCTION_ARGUMENT:size must not exceed array cardinality ' || len(list) || ': ' || size) ELSE size END];
CREATE OR REPLACE MACRO athena_repetitions(n) AS CASE
  WHEN n < 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:count argument of repeat function must be greater than or equal to 0')
  WHEN n > 10000 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:count argument of repeat function must be less than or equal to 10000') ELSE n END;
CREATE OR REPLACE MACRO athena_ngrams(list, n) AS CASE WHEN list IS NOT NULL AND n IS NOT NULL THEN
  list_transform(range(1, greatest(len(list) - CASE WHEN n < 1 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:N must be positive') ELSE n END, 0) + 2),
    lambda position: list[position:position + n - 1]) END;
CREATE OR REPLACE MACRO athena_all(answers) AS CASE WHEN list_contains(answers, FALSE) THEN FALSE
  WHEN len(list_filter(answers, lambda a: a IS NULL)) > 0 THEN NULL WHEN answers IS NOT NULL THEN TRUE END;
CREATE OR REPLACE MACRO athena_any(answers) AS CASE WHEN list_contains(answers, TRUE) THEN TRUE
  WHEN len(list_filter(answers, lambda a: a IS NULL)) > 0 THEN NULL WHEN answers IS NOT NULL THEN FALSE END;
CREATE OR REPLACE MACRO athena_place(answers) AS
  CASE WHEN answers IS NOT NULL THEN coalesce(list_position(answers, TRUE), 0) END;
CREATE OR REPLACE MACRO athena_lacks_key(a, b) AS len(list_filter(map_keys(a), lambda k: NOT map_contains(b, k))) > 0;
-- How many steps there are between two numbers of days, microseconds or months.
CREATE OR REPLACE MACRO athena_steps(start, stop, step) AS CASE
  WHEN start IS NULL OR stop IS NULL THEN NULL WHEN step = 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:step must not be zero') AS BIGINT)
  WHEN (stop > start AND step < 0) OR (stop < start AND step > 0)
  THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') AS BIGINT)
  WHEN (CAST(stop AS HUGEINT) - start) // step >= 10000
  THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:result of sequence function must not have more than 10000 entries') AS BIGINT)
  ELSE CAST((CAST(stop AS HUGEINT) - start) // step AS BIGINT) END;
CREATE OR REPLACE MACRO athena_sequence(start, stop, step) AS
  list_transform(range(0, athena_steps(start, stop, step) + 1), lambda i: start + i * step);
CREATE OR REPLACE MACRO athena_time_sequence(start, stop, step) AS
  list_transform(athena_sequence(epoch_us(start), epoch_us(stop), epoch_us(step)), lambda us: make_timestamp(us));
CREATE OR REPLACE MACRO athena_day_sequence(start, stop, step) AS athena_time_sequence(start, stop,
  CASE WHEN epoch_us(step) % 86400000000 = 0 THEN step
  ELSE to_days(athena_fail('INVALID_FUNCTION_ARGUMENT:sequence step must be a day interval if start and end values are dates')) END);

-- Every step counts from the start, so that the ends of months do not wear off.
CREATE OR REPLACE MACRO athena_month_sequence(start, stop, step) AS list_transform(range(0, CASE
    WHEN athena_steps(epoch_us(start), epoch_us(stop), athena_interval_months(step) * 2000000000000) >= 0
    THEN athena_steps(0, datesub('month', start, stop), athena_interval_months(step)) END + 1), lambda i: start + step * i);

-- JSON, held as its text.
-- DuckDB reads more than JSON: NaN, and a comma behind the last item.
CREATE OR REPLACE MACRO athena_json_strict(j) AS json_valid(j)
  AND NOT (contains(j, 'NaN') OR contains(j, 'Infinity') OR contains(j, ',}') OR contains(j, ',]'));
CREATE OR REPLACE MACRO athena_json_item(j, native) AS
  CASE WHEN athena_json_strict(j) THEN CAST(json_extract(j, native) AS VARCHAR) END;
-- What DuckDB does exactly, it does, which is several times as fast; `name` is the quoted name that ends
-- the path, or empty. If the document has it once, what follows it is the number as it is written.
CREATE OR REPLACE MACRO athena_json_written_number(j, name) AS CASE WHEN name <> '' AND len(string_split(j, name)) = 2
  THEN nullif(regexp_extract(string_split(j, name)[2], '^\s*:\s*([-+.0-9eE]+)', 1), '') END;
CREATE OR REPLACE MACRO athena_json_extract_scalar(j, item, path, name, numeric) AS CASE
  WHEN left(item, 1) IN ('{', '[') OR item = 'null' THEN NULL
  WHEN left(item, 1) = '"' THEN json_extract_string(item, '$')
  WHEN item IN ('true', 'false') OR regexp_full_match(item, '-?[1-9][0-9]*') THEN item
  WHEN item IS NULL AND NOT numeric AND athena_json_strict(j) THEN NULL
  WHEN item IS NULL THEN athena_py_json_extract_scalar(j, path)
  ELSE coalesce(athena_json_written_number(j, name), athena_py_json_extract_scalar(j, path)) END;
CREATE OR REPLACE MACRO athena_json_extract(j, item, path, numeric) AS CASE
  WHEN item IS NULL AND NOT numeric AND athena_json_strict(j) THEN NULL
  WHEN item IS NULL OR regexp_matches(item, '[0-9][.eE]|-0|[\x{10000}-\x{10FFFF}]') OR contains(j, ', ]') OR contains(j, ', }')
  THEN athena_py_json_extract(j, path) ELSE item END;
CREATE OR REPLACE MACRO athena_json_array_length(j) AS
  CASE WHEN athena_json_strict(j) AND NOT contains(j, ', ]') AND NOT contains(j, ', }') AND json_type(j) = 'ARRAY'
  THEN CAST(json_array_length(j) AS BIGINT) ELSE athena_py_json_array_length(j) END;
CREATE OR REPLACE MACRO athena_json_quoted(x) AS
  CASE WHEN regexp_matches(x, '[\x{10000}-\x{10FFFF}]') THEN athena_py_json_string(x) ELSE CAST(to_json(x) AS VARCHAR) END;
-- Dates.
CREATE OR REPLACE MACRO athena_offset_minutes(local, utc) AS datesub('minute', utc, local);
CREATE OR REPLACE MACRO athena_offset_text(local, utc) AS CASE WHEN athena_offset_minutes(local, utc) = 0 THEN 'Z' ELSE
  CASE WHEN athena_offset_minutes(local, utc) < 0 THEN '-' ELSE '+' END
  || printf('%02d:%02d', abs(athena_offset_minutes(local, utc)) // 60, abs(athena_offset_minutes(local, utc)) % 60) END;
CREATE OR REPLACE MACRO athena_iso8601_clock(clock) AS
  CASE length(clock) WHEN 0 THEN '00:00:00' WHEN 5 THEN clock || ':00' ELSE clock END;
-- The usual form is read here, and everything else in Python: NULL from TRY_CAST is a day that there is not.
CREATE OR REPLACE MACRO athena_iso8601_wall(x) AS
  CASE WHEN regexp_full_match(x, '[1-9]\d{3}-\d{2}-\d{2}(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.]\d{1,9})?)?(Z|[+-](0\d|1[0-3])(:?[0-5]\d)?)?)?')
  THEN athena_whole_milliseconds(TRY_CAST(left(x, 10) || ' ' || athena_iso8601_clock(regexp_extract(x, 'T([\d:.]*)', 1)) AS TIMESTAMP)) END;
CREATE OR REPLACE MACRO athena_iso8601_offset(x) AS CASE WHEN right(x, 1) <> 'Z' AND length(x) > 16 THEN
  coalesce(TRY_CAST(regexp_extract(x, 'T.*([+-])(\d{2}):?(\d{2})?$', 1) || '1' AS BIGINT)
    * (60 * TRY_CAST(regexp_extract(x, 'T.*([+-])(\d{2}):?(\d{2})?$', 2) AS BIGINT)
       + coalesce(TRY_CAST(regexp_extract(x, 'T.*([+-])(\d{2}):?(\d{2})?$', 3) AS BIGINT), 0)), 0) ELSE 0 END;
CREATE OR REPLACE MACRO athena_iso8601(x) AS timezone('UTC', coalesce(
  athena_iso8601_wall(x) - to_minutes(athena_iso8601_offset(x)), make_timestamp(athena_py_iso8601(x))));
CREATE OR REPLACE MACRO athena_iso8601_instant(x) AS timezone('UTC', coalesce(
  CASE WHEN athena_iso8601_offset(x) = 0 THEN athena_iso8601_wall(x) END, make_timestamp(athena_py_iso8601_utc(x))));
CREATE OR REPLACE MACRO athena_iso8601_date(x) AS CASE WHEN regexp_full_match(x, '[1-9]\d{3}-\d{2}-\d{2}')
  THEN coalesce(TRY_CAST(x AS DATE), DATE '1970-01-01' + CAST(athena_py_iso8601_date(x) AS INTEGER))
  ELSE DATE '1970-01-01' + CAST(athena_py_iso8601_date(x) AS INTEGER) END;
