/** The words of Athena's SQL, as the service accepts them: for highlighting and completion. */

import functionAllowlist from '../../../data_hist/sql_guard/function_allowlist.txt?raw'
import { RESERVED } from '../question/sqlText'

/** Reserved words that no query may use. */
const REFUSED = words(`
  alter constraint create current_catalog current_path current_role current_schema current_user deallocate
  delete describe drop execute insert into json_table natural prepare skip table`)

/** Words that mean something in some places of a SELECT, and are names in all others. */
const GRAMMAR = `
  absent all any asc at bernoulli both conditional current default desc empty error exclude fetch filter
  first following groups ignore interval key keys last lateral leading limit next nulls offset only ordinality
  over overflow partition passing preceding quotes range respect returning rows scalar sets some system
  tablesample ties to trailing unbounded unconditional window within without wrapper zone`

const TYPES = `
  array bigint boolean char date decimal double int integer ipaddress json map precision real row smallint
  time timestamp tinyint uuid varbinary varchar`

/** Functions that are written without brackets. */
const VALUES = 'current_date current_time current_timestamp localtime localtimestamp'

export const types = words(TYPES)
export const values = words(VALUES)
export const functions = words(functionAllowlist.replaceAll(/^#.*$/gm, '')).filter(
  (name) => !values.includes(name),
)
export const keywords = [...RESERVED, ...words(GRAMMAR)].filter(
  (word) => ![...REFUSED, ...functions, ...values].includes(word),
)

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
