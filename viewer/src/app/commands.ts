import { useLayoutEffect } from 'preact/hooks'

/** What a key or a button asks for, whichever component is there to do it. */
export type Command =
  | 'run'
  | 'stop'
  | 'close'
  | 'filter'
  | 'find'
  | 'nextRow'
  | 'previousRow'
  | 'openRecord'
  | 'filterFor'
  | 'filterOut'
  | 'neighbours'
  | 'earlier'
  | 'later'
  | 'zoomOut'
  | 'zone'
  | 'help'

export interface Commands {
  /** The handler registered last is called. Returns the function that takes it back. */
  register(command: Command, handler: () => void): () => void
  /** Returns whether anyone was there to do it. */
  run(command: Command): boolean
}

export function createCommands(): Commands {
  const handlers = new Map<Command, (() => void)[]>()
  return {
    register(command, handler) {
      handlers.set(command, [...(handlers.get(command) ?? []), handler])
      return () => {
        handlers.set(
          command,
          (handlers.get(command) ?? []).filter((other) => other !== handler),
        )
      }
    },
    run(command) {
      const handler = handlers.get(command)?.at(-1)
      handler?.()
      return handler !== undefined
    },
  }
}

/** Let the component do the command as long as it is shown; null while it cannot. */
export function useCommand(
  commands: Commands,
  command: Command,
  handler: (() => void) | null,
): void {
  useLayoutEffect(() => (handler ? commands.register(command, handler) : undefined))
}
