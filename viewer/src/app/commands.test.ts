import { expect, test } from 'vitest'

import { createCommands } from './commands'

test('calls the handler registered last', () => {
  const commands = createCommands()
  const calls: string[] = []
  commands.register('close', () => calls.push('first'))
  const unregister = commands.register('close', () => calls.push('second'))
  expect(commands.run('close')).toBe(true)
  unregister()
  expect(commands.run('close')).toBe(true)
  expect(calls).toEqual(['second', 'first'])
})

test('says that nobody does a command', () => {
  expect(createCommands().run('help')).toBe(false)
})
