import { gzipSync } from 'fflate'
import type { Plugin } from 'vite'

const COMPRESSED = /\.(js|css)$/

/**
 * Replace each script and style by its gzip form, which the service sends as it is. `fflate` makes
 * the same bytes on each machine, which zlib does not.
 */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (!COMPRESSED.test(file.fileName)) continue
          const text = file.type === 'chunk' ? file.code : file.source
          const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
          this.emitFile({
            type: 'asset',
            fileName: `${file.fileName}.gz`,
            source: gzipSync(bytes, { level: 9, mtime: 0 }),
          })
          Reflect.deleteProperty(bundle, file.fileName)
        }
      },
    },
  }
}
