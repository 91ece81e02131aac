CREATE OR REPLACE MACRO athena_binary_text(x) AS
  rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'));
CREATE OR REPLACE MACRO athena_from_hex(x) AS
  CASE WHEN regexp_full_match(x, '([0-9A-Fa-f]{2})*') THEN from_hex(x) ELSE athena_read_hex(encode(x)) END;
CREATE OR REPLACE MACRO athena_substr_bytes(x, start, size) AS from_hex(CASE WHEN x IS NULL OR start IS NULL OR size IS NULL THEN NULL
  WHEN start = 0 OR size <= 0 OR start < -octet_length(x) OR start > octet_length(x) THEN ''
  WHEN athena_check_end(CASE WHEN start > 0 THEN start - 1 ELSE octet_length(x) + start END, size)
  THEN substr(hex(x), CASE WHEN start > 0 THEN 2 * least(start, octet_length(x)) - 1 ELSE 2 * greatest(start, -octet_length(x)) END, 2 * greatest(least(size, octet_length(x)), 0)) END);
-- What checksum adds for NULL.
CREATE OR REPLACE MACRO athena_no_check() AS CAST(11400714785074694791 AS HUGEINT);
CREATE OR REPLACE MACRO athena_uuid_bytes(x) AS from_hex(replace(CAST(x AS VARCHAR), '-', ''));
-- Most addresses are of IPv4, which is ::ffff:0:0 to ::ffff:ffff:ffff.
CREATE OR REPLACE MACRO athena_cast_ip_address(x) AS
  CASE WHEN regexp_full_match(x, '((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])')
  THEN CAST(281470681743360 + list_reduce(CAST(string_split(x, '.') AS BIGINT[]), lambda whole, part: whole * 256 + part) AS UHUGEINT)
  ELSE athena_read_ip_address(x) END;
CREATE OR REPLACE MACRO athena_ip_address_text(x) AS
  CASE WHEN x BETWEEN 281470681743360 AND 281474976710655
  THEN concat_ws('.', CAST(x AS BIGINT) >> 24 & 255, CAST(x AS BIGINT) >> 16 & 255, CAST(x AS BIGINT) >> 8 & 255, CAST(x AS BIGINT) & 255)
  ELSE athena_print_ip_address(x) END;
CREATE OR REPLACE MACRO athena_ip_address_bytes(x) AS from_hex(lpad(hex(x), 32, '0'));
CREATE OR REPLACE MACRO athena_ip_address_of_bytes(x) AS
  CASE octet_length(x) WHEN 4 THEN 281470681743360 + CAST('0x' || hex(x) AS UHUGEINT) WHEN 16 THEN CAST('0x' || hex(x) AS UHUGEINT)
  ELSE CAST(CAST(athena_fail('INVALID_CAST_ARGUMENT:Invalid IP address binary length: ' || octet_length(x)) AS VARCHAR) AS UHUGEINT) END;
CREATE OR REPLACE MACRO athena_in_network(network, x) AS
  CASE WHEN x IS NOT NULL THEN x BETWEEN athena_ip_network(network).first AND athena_ip_network(network).last END;
