CREATE OR REPLACE MACRO athena_binary_text(x) AS
  rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'));
CREATE OR REPLACE MACRO athena_from_hex(x) AS
  CASE WHEN regexp_full_match(x, '([0-9A-Fa-f]{2})*') THEN from_hex(x) ELSE athena_read_hex(encode(x)) END;
CREATE OR REPLACE MACRO athena_substr_bytes(x, start, size) AS from_hex(CASE WHEN x IS NULL OR start IS NULL OR size IS NULL THEN NULL
  WHEN start = 0 OR size <= 0 OR start < -octet_length(x) OR start > octet_length(x) THEN ''
  WHEN athena_check_end(CASE WHEN start > 0 THEN start - 1 ELSE octet_length(x) + start END, size)
  THEN substr(hex(x), CASE WHEN start > 0 THEN 2 * least(start, octet_length(x)) - 1 ELSE 2 * greatest(start, -octet_length(x)) END, 2 * least(size, octet_length(x))) END);
-- What checksum adds for NULL.
CREATE OR REPLACE MACRO athena_no_check() AS CAST(11400714785074694791 AS HUGEINT);
