CREATE OR REPLACE MACRO athena_binary_text(x) AS
  rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'));
CREATE OR REPLACE MACRO athena_from_hex(x) AS from_hex(CASE WHEN strlen(x) % 2 = 0 THEN x
  ELSE CAST(athena_fail('INVALID_FUNCTION_ARGUMENT:invalid input length ' || strlen(x)) AS VARCHAR) END);
-- What checksum adds for NULL.
CREATE OR REPLACE MACRO athena_no_check() AS CAST(11400714785074694791 AS HUGEINT);
