/** Lets everything go on that waits for nothing but promises, streams of fakes included. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
