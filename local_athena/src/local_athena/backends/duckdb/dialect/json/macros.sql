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
