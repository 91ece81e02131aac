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
