/** Names of tables and columns in Athena's SQL. */

/** Words that are no names without quotes. */
export const RESERVED = words(`
  and as between by case cast cross cube current_date current_time current_timestamp distinct else end escape
  except exists extract false for from full group grouping having in inner intersect is join json_array
  json_exists json_object json_query json_value left like listagg localtime localtimestamp normalize not null
  on or order outer recursive right rollup select then trim true uescape union unnest using values when where
  with`)

/** No query may use these, but neither may a name without quotes. */
const REFUSED = words(`
  alter constraint create current_catalog current_path current_role current_schema current_user deallocate
  delete describe drop execute insert into json_table natural prepare skip table`)

const needsQuotes = new Set([...RESERVED, ...REFUSED])
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/i

/** A name as SQL, in quotes only if it needs them. */
export function renderName(name: string): string {
  const isPlain = PLAIN_NAME.test(name) && !needsQuotes.has(name.toLowerCase())
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}

export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
