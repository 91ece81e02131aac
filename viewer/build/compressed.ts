import { gzipAsync } from '@gfx/zopfli'
import type { Plugin } from 'vite'

const COMPRESSED = /\.(js|css)$/

/**
 * Replace each script and style by its gzip form, which the service sends as it is. Zopfli, as
 * WebAssembly, makes the same bytes on each machine, which zlib does not, and 7 % fewer.
 */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (!COMPRESSED.test(file.fileName)) continue
          const text = file.type === 'chunk' ? file.code : file.source
          const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
          this.emitFile({
            type: 'asset',
            fileName: `${file.fileName}.gz`,
            source: await gzipAsync(bytes, { numiterations: 5 }),
          })
          Reflect.deleteProperty(bundle, file.fileName)
        }
      },
    },
  }
}
