export type Severity = 'fatal' | 'error' | 'warn' | 'info' | 'debug'

/** From the worst to the least, as bars are stacked from the bottom. */
export const SEVERITIES: readonly Severity[] = ['fatal', 'error', 'warn', 'info', 'debug']

const NAMES: Readonly<Record<Severity, RegExp>> = {
  fatal: /^(fatal|critical|crit|alert|emerg|emergency|panic|severe)$/i,
  error: /^(error|err|failure|failed)$/i,
  warn: /^(warn|warning)$/i,
  info: /^(info|information|informational|notice|audit)$/i,
  debug: /^(debug|trace|verbose|fine|finer|finest)$/i,
}

/** Tell how bad a level is by its common names; null for any other value. */
export function severityOf(value: string): Severity | null {
  return SEVERITIES.find((severity) => NAMES[severity].test(value.trim())) ?? null
}
