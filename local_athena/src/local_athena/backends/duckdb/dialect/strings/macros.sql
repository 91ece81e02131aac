-- As Java's isWhitespace, so not the no-break spaces.
CREATE OR REPLACE MACRO athena_whitespace() AS concat(
  chr(32), chr(9), chr(10), chr(11), chr(12), chr(13), chr(28), chr(29), chr(30), chr(31), chr(5760), chr(8192), chr(8193), chr(8194), chr(8195), chr(8196), chr(8197), chr(8198), chr(8200), chr(8201), chr(8202), chr(8232), chr(8233), chr(8287), chr(12288));
CREATE OR REPLACE MACRO athena_join(list, separator) AS CASE
  WHEN list IS NULL OR separator IS NULL THEN NULL WHEN len(athena_present(list)) = 0 THEN ''
  ELSE list_reduce(athena_present(list), lambda joined, item: joined || separator || item) END;
-- DuckDB's substr takes numbers of 32 bits.
CREATE OR REPLACE MACRO athena_saturated(n) AS
  CASE WHEN n > 2147483647 THEN 2147483647 WHEN n < -2147483648 THEN -2147483648 ELSE n END;
CREATE OR REPLACE MACRO athena_substr_from(x, start) AS
  CASE WHEN start = 0 OR start < -length(x) THEN CASE WHEN x IS NOT NULL THEN '' END
  ELSE substr(x, athena_saturated(start)) END;
-- Trino fails where the end, as it counts, is beyond 32 bits.
CREATE OR REPLACE MACRO athena_check_end(start, size) AS
  CASE WHEN start + athena_saturated(size) > 2147483647 THEN athena_fail_beyond_try('GENERIC_INTERNAL_ERROR:Range out of bounds') IS NULL ELSE TRUE END;
CREATE OR REPLACE MACRO athena_substr(x, start, size) AS
  CASE WHEN start = 0 OR size <= 0 OR start < -length(x) THEN CASE WHEN x IS NOT NULL AND start IS NOT NULL AND size IS NOT NULL THEN '' END
  WHEN start > 0 OR athena_check_end(length(x) + athena_saturated(start), size) THEN substr(x, athena_saturated(start), athena_saturated(size)) END;
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
CREATE OR REPLACE MACRO athena_pad_length(x, size, padding, word) AS CASE WHEN x IS NULL OR padding IS NULL THEN NULL
  WHEN size NOT BETWEEN 0 AND 2147483647 THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Target length must be in the range [0..2147483647]')
  WHEN size IS NOT NULL AND padding = '' THEN athena_fail('INVALID_FUNCTION_ARGUMENT:Padding ' || word || ' must not be empty')
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
  WHEN delimiter = '' AND position > 2147483647 THEN CAST(athena_fail('GENERIC_INTERNAL_ERROR:integer overflow') AS VARCHAR)
  WHEN x = '' AND delimiter = '' AND position > 0 THEN NULL
  WHEN position <= 0 THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:Index must be greater than zero') AS VARCHAR)
  ELSE string_split(x, delimiter)[position] END;
CREATE OR REPLACE MACRO athena_url_encode(x) AS
  replace(replace(replace(url_encode(x), '%20', '+'), '~', '%7E'), '%2A', '*');
CREATE OR REPLACE MACRO athena_regexp_pieces(parts, found) AS
  list_reduce([parts[1]] || list_transform(range(1, len(parts)), lambda i: found[i] || parts[i + 1]), lambda joined, piece: joined || piece);
-- Trino fails for a text that begins with blanks.
CREATE OR REPLACE MACRO athena_reverse_char(x) AS CASE WHEN x LIKE '% '
  THEN CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:Slice representing Char should not have trailing spaces') AS VARCHAR) ELSE x END;
