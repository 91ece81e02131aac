CREATE OR REPLACE MACRO athena_now() AS date_trunc('millisecond', now());
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
-- Athena has longer intervals than DuckDB.
CREATE OR REPLACE MACRO athena_milliseconds(x) AS CASE WHEN abs(x) < 9223372036854775 THEN CAST(x AS BIGINT)
  WHEN x IS NOT NULL THEN CAST(CAST(athena_fail_beyond_try('NOT_SUPPORTED:The embedded endpoint does not support intervals this long') AS VARCHAR) AS BIGINT) END;
CREATE OR REPLACE MACRO athena_scaled_interval(x, factor) AS to_microseconds(1000 * athena_milliseconds(trunc(athena_interval_ms(x) * athena_factor(factor))));
CREATE OR REPLACE MACRO athena_amount(x, most) AS CASE WHEN abs(CAST(x AS HUGEINT)) <= most THEN CAST(x AS INTEGER)
  WHEN x IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:' || CASE WHEN x BETWEEN -2147483648 AND 2147483647 THEN 'long' ELSE 'integer' END || ' overflow') END;
CREATE OR REPLACE MACRO athena_interval_months(x) AS year(x) * 12 + month(x);
CREATE OR REPLACE MACRO athena_scaled_months(x, factor) AS to_months(CAST(trunc(athena_interval_months(x) * athena_factor(factor)) AS INTEGER));
CREATE OR REPLACE MACRO athena_months_text(x) AS
  CASE WHEN athena_interval_months(x) < 0 THEN '-' ELSE '' END
  || printf('%d-%d', abs(athena_interval_months(x)) // 12, abs(athena_interval_months(x)) % 12);
-- Down to a whole unit also before 1970, where // goes towards zero: counted from 32,000 years
-- earlier. What stands here twice, DuckDB would evaluate once, and outside a TRY around it.
CREATE OR REPLACE MACRO athena_whole_units(us, unit) AS
  (us + 1000000000000000000) // unit * unit - 1000000000000000000;
CREATE OR REPLACE MACRO athena_whole_milliseconds(x) AS make_timestamp(athena_whole_units(epoch_us(x), 1000));
CREATE OR REPLACE MACRO athena_round_timestamp(x, unit) AS
  make_timestamp(athena_whole_units(epoch_us(x) + unit // 2, unit));
CREATE OR REPLACE MACRO athena_round_time(x, unit) AS
  CAST(make_timestamp(athena_whole_units(epoch_us(x) + unit // 2, unit)) AS TIME);
-- Between two instants: whole milliseconds, and what is below them rounded away from zero.
CREATE OR REPLACE MACRO athena_elapsed_instants(one, other) AS to_microseconds(
  athena_whole_units(one, 1000) - athena_whole_units(other, 1000) + 1000 * CAST(round(
    ((one - athena_whole_units(one, 1000)) - (other - athena_whole_units(other, 1000))) / 1000) AS BIGINT));
-- Between two times in microseconds, as whole milliseconds.
CREATE OR REPLACE MACRO athena_elapsed(one, other) AS to_microseconds(athena_whole_units(one - other + 500, 1000));
CREATE OR REPLACE MACRO athena_round_instant(x, unit) AS
  timezone('UTC', athena_round_timestamp(timezone('UTC', x), unit));
-- Picoseconds are of HUGEINT; as above, // and % count from before any year there is.
CREATE OR REPLACE MACRO athena_picos(x) AS CAST(epoch_us(x) AS HUGEINT) * 1000000;
CREATE OR REPLACE MACRO athena_timestamp_of_picos(x) AS
  make_timestamp(CAST((x + 1000000000000000000000000000000) // 1000000 - 1000000000000000000000000 AS BIGINT));
CREATE OR REPLACE MACRO athena_time_of_picos(x) AS CAST(athena_timestamp_of_picos(x) AS TIME);
CREATE OR REPLACE MACRO athena_picos_below(x) AS (x + 1000000000000000000000000000000) % 1000000;
CREATE OR REPLACE MACRO athena_round_picos(x, unit) AS
  (x + 1000000000000000000000000000000 + unit // 2) // unit * unit - 1000000000000000000000000000000;
CREATE OR REPLACE MACRO athena_picos_of_day(x) AS (x + 86400000000000000) % 86400000000000000;
CREATE OR REPLACE MACRO athena_round_picos_of_day(x, unit) AS athena_picos_of_day(athena_round_picos(x, unit));
CREATE OR REPLACE MACRO athena_nanoseconds(x) AS CASE WHEN abs(x) >= 9223372036854775808000000000
  THEN CAST(CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:long overflow') AS VARCHAR) AS HUGEINT)
  ELSE x + 0 * athena_packed_milliseconds((x + 1000000000000000000000000000000) // 1000000 - 1000000000000000000000000) END;
CREATE OR REPLACE MACRO athena_unixtime(us, below) AS athena_whole_units(us, 1000) // 1000 / 1000
  + CAST((us - athena_whole_units(us, 1000)) * 1000000 + below AS BIGINT) / 1000000000000;
CREATE OR REPLACE MACRO athena_elapsed_picos(one, other) AS
  to_microseconds(CAST(athena_round_picos(one - other, 1000000000) // 1000000 AS BIGINT));
-- Athena keeps milliseconds and a zone in 64 bits.
CREATE OR REPLACE MACRO athena_packed_milliseconds(ms) AS
  CASE WHEN ms BETWEEN -2251799813685248 AND 2251799813685247 THEN CAST(ms AS BIGINT)
  WHEN ms IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Millis overflow: ' || ms) END;
-- Rounded as Java does, which takes NaN for 0 and ends at the limits of 64 bits.
CREATE OR REPLACE MACRO athena_java_round(x) AS CASE WHEN isnan(x) THEN 0
  WHEN x >= 9223372036854775807 THEN 9223372036854775807 WHEN x <= -9223372036854775808 THEN -9223372036854775808
  ELSE CAST(floor(x) AS BIGINT) + CASE WHEN x - floor(x) >= 0.5 THEN 1 ELSE 0 END END;
CREATE OR REPLACE MACRO athena_from_unixtime(x) AS
  timezone('UTC', make_timestamp(1000 * athena_packed_milliseconds(athena_java_round(x * 1000))));
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
-- A zone of a column may be an offset from UTC, which DuckDB takes for no zone.
CREATE OR REPLACE MACRO athena_zone_minutes(zone) AS CASE WHEN zone[1] IN ('+', '-')
  THEN CAST(zone[1] || '1' AS BIGINT) * (60 * CAST(zone[2:3] AS BIGINT) + CAST(zone[5:6] AS BIGINT)) ELSE 0 END;
CREATE OR REPLACE MACRO athena_wall(instant, zone) AS CASE WHEN zone[1] IN ('+', '-')
  THEN timezone('UTC', instant) + to_minutes(athena_zone_minutes(zone)) ELSE timezone(zone, instant) END;
CREATE OR REPLACE MACRO athena_instant_in(wall, zone) AS CASE WHEN zone[1] IN ('+', '-')
  THEN timezone('UTC', wall - to_minutes(athena_zone_minutes(zone))) ELSE athena_instant(wall, zone) END;
CREATE OR REPLACE MACRO athena_instant_near_in(wall, zone, near) AS CASE WHEN zone[1] IN ('+', '-')
  THEN timezone('UTC', wall - to_minutes(athena_zone_minutes(zone))) ELSE athena_instant_near(wall, zone, near) END;
CREATE OR REPLACE MACRO athena_zone_of_offset(minutes) AS CASE WHEN minutes = 0 THEN 'UTC' ELSE
  CASE WHEN minutes < 0 THEN '-' ELSE '+' END || printf('%02d:%02d', abs(minutes) // 60, abs(minutes) % 60) END;
CREATE OR REPLACE MACRO athena_offset_minutes(local, utc) AS datesub('minute', utc, local);
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
