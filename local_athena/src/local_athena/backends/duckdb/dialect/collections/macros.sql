-- array_to_string wants a constant separator.
CREATE OR REPLACE MACRO athena_present(list) AS list_filter(list, lambda item: item IS NOT NULL);
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
-- Where the end is beyond 64 bits, Trino finds nothing.
CREATE OR REPLACE MACRO athena_end(list, start, length) AS
  CASE WHEN CAST(length AS HUGEINT) + start > 9223372036854775807 THEN 0
  ELSE CAST(least(CAST(start AS HUGEINT) + athena_length(list, length) - 1, 2147483647) AS BIGINT) END;
-- Trino takes the absolute value of the index in 64 bits.
CREATE OR REPLACE MACRO athena_index(list, index) AS CASE WHEN list IS NULL THEN NULL
  WHEN index = 0 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:SQL array indices start at 1')
  WHEN index = -9223372036854775808 THEN CAST(athena_fail_beyond_try('GENERIC_INTERNAL_ERROR:integer overflow') AS BIGINT) ELSE index END;
CREATE OR REPLACE MACRO athena_slice(list, start, length) AS CASE
  WHEN length IS NULL THEN NULL WHEN start > 0 THEN list[least(start, 2147483647):athena_end(list, start, length)]
  WHEN start < -len(list) THEN list[1:0 * athena_length(list, length)]
  WHEN start < 0 THEN list[len(list) + least(start, 0) + 1:athena_end(list, len(list) + least(start, 0) + 1, length)]
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
  CASE WHEN answers IS NOT NULL THEN CAST(coalesce(list_position(answers, TRUE), 0) AS BIGINT) END;
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
  list_transform(range(0, athena_steps(start, stop, step) + 1), lambda i: CAST(start + CAST(i AS HUGEINT) * step AS BIGINT));
CREATE OR REPLACE MACRO athena_time_sequence(start, stop, step) AS
  list_transform(athena_sequence(epoch_us(start), epoch_us(stop), epoch_us(step)), lambda us: make_timestamp(us));
CREATE OR REPLACE MACRO athena_day_sequence(start, stop, step) AS athena_time_sequence(start, stop,
  CASE WHEN epoch_us(step) % 86400000000 <> 0
  THEN to_days(athena_fail('INVALID_FUNCTION_ARGUMENT:sequence step must be a day interval if start and end values are dates')) ELSE step END);
-- Every step counts from the start, so that the ends of months do not wear off.
CREATE OR REPLACE MACRO athena_month_sequence(start, stop, step) AS list_transform(range(0, CASE
    WHEN athena_steps(epoch_us(start), epoch_us(stop), athena_interval_months(step) * 2000000000000) >= 0
    THEN athena_steps(0, datesub('month', start, stop), athena_interval_months(step)) END + 1), lambda i: start + step * i);
