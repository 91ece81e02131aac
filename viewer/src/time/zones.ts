/** Which clock times are shown and read by. */
export type Zone = 'utc' | 'local'
