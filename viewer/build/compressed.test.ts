import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { build } from 'vite'
import { afterEach, expect, test } from 'vitest'

const folders: string[] = []

async function builtFiles(): Promise<Map<string, Buffer>> {
  const outDir = await mkdtemp(join(tmpdir(), 'viewer-'))
  folders.push(outDir)
  await build({ root: join(import.meta.dirname, '..'), logLevel: 'silent', build: { outDir } })
  const names = (await readdir(outDir)).sort()
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(outDir, name))] as const),
    ),
  )
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

test('two builds in two folders are the same, byte for byte', async () => {
  const first = await builtFiles()
  const second = await builtFiles()

  expect([...first.keys()]).toEqual([...second.keys()])
  for (const [name, content] of first)
    expect(content.equals(second.get(name) ?? Buffer.alloc(0)), name).toBe(true)
})

test('scripts and styles are there in gzip form alone', async () => {
  const files = await builtFiles()
  const names = [...files.keys()]

  expect(names.filter((name) => /\.(js|css)$/.test(name))).toEqual([])
  const scripts = names.filter((name) => name.endsWith('.js.gz'))
  expect(scripts).not.toEqual([])
  for (const name of scripts) expect(gunzipSync(files.get(name) ?? '').length).toBeGreaterThan(0)
})
