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
CREATE OR REPLACE MACRO athena_scaled_interval(x, factor) AS to_microseconds(1000 * CAST(trunc(athena_interval_ms(x) * athena_factor(factor)) AS BIGINT));
CREATE OR REPLACE MACRO athena_amount(x) AS CASE WHEN x BETWEEN -2147483648 AND 2147483647 THEN CAST(x AS INTEGER)
  WHEN x IS NOT NULL THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Value is out of range for the unit: ' || x) END;
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
