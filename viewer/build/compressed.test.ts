import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { build } from 'vite'
import { beforeAll, expect, test } from 'vitest'

const BUILD_TIMEOUT_MILLISECONDS = 120_000

async function builtFiles(): Promise<Map<string, Buffer>> {
  const outDir = await mkdtemp(join(tmpdir(), 'viewer-'))
  try {
    await build({ root: join(import.meta.dirname, '..'), logLevel: 'silent', build: { outDir } })
    const names = (await readdir(outDir)).sort()
    return new Map(
      await Promise.all(
        names.map(async (name) => [name, await readFile(join(outDir, name))] as const),
      ),
    )
  } finally {
    await rm(outDir, { recursive: true })
  }
}

let first = new Map<string, Buffer>()
let second = new Map<string, Buffer>()

beforeAll(async () => {
  first = await builtFiles()
  second = await builtFiles()
}, BUILD_TIMEOUT_MILLISECONDS)

test('two builds in two folders are the same, byte for byte', () => {
  expect([...first.keys()]).toEqual([...second.keys()])
  for (const [name, content] of first)
    expect(content.equals(second.get(name) ?? Buffer.alloc(0)), name).toBe(true)
})

test('scripts and styles are there in gzip form alone', () => {
  const names = [...first.keys()]

  expect(names.filter((name) => /\.(js|css)$/.test(name))).toEqual([])
  const scripts = names.filter((name) => name.endsWith('.js.gz'))
  expect(scripts).not.toEqual([])
  for (const name of scripts) expect(gunzipSync(first.get(name) ?? '').length).toBeGreaterThan(0)
})
