import { defineConfig } from 'vitest/config'

import { compressed } from './build/compressed.ts'

// The page asks the API beside it (`../session`), so the dev server mounts it where the service does.
const MOUNT = '/v0/data_hist/viewer/'
const SERVICE = process.env.DATA_HIST_URL ?? 'http://127.0.0.1:8080'

export default defineConfig(({ command }) => ({
  base: command === 'serve' ? MOUNT : './',
  // The names of SQL functions are read from the service's allowlist.
  server: {
    fs: { allow: ['..'] },
    proxy: { [`^/v\\d+/data_hist/(?!viewer/)|^/problems`]: SERVICE },
  },
  build: {
    outDir: '../data_hist/viewer/static',
    emptyOutDir: true,
    assetsDir: '',
    // A file for each asset: the page's policy allows no script, style or icon within a document.
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.txt' },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What the start shares with later parts compresses better in one file.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
    },
  },
  plugins: [compressed()],
  test: { include: ['src/**/*.test.ts', 'build/**/*.test.ts'] },
}))
