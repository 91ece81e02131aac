const PREFIX_LENGTH = 8
const CONTINUATION = 0xffffffff
const BODY_LENGTH_FIELD = 10

/**
 * Cuts a stream in Arrow's IPC format into messages, wherever the network cut it. The format:
 * https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export class MessageCutter {
  /** The stream has reached its end marker; without it, it is incomplete. */
  ended = false

  private part = new Uint8Array(PREFIX_LENGTH)
  private filled = 0
  private next: () => Uint8Array | null = () => this.readPrefix()

  /** Returns the messages that are complete now, each in a buffer of its own. */
  push(chunk: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = []
    let position = 0
    while (position < chunk.length && !this.ended) {
      const taken = chunk.subarray(position, position + this.part.length - this.filled)
      this.part.set(taken, this.filled)
      this.filled += taken.length
      position += taken.length
      if (this.filled === this.part.length) messages.push(...present(this.next()))
    }
    return messages
  }

  private readPrefix(): null {
    const prefix = viewOf(this.part)
    if (prefix.getUint32(0, true) !== CONTINUATION) throw new Error('This is no Arrow IPC stream.')
    const metadataLength = prefix.getInt32(4, true)
    this.ended = metadataLength === 0
    return this.expect(metadataLength, () => this.readMetadata())
  }

  private readMetadata(): Uint8Array | null {
    const bodyLength = readBodyLength(this.part.subarray(PREFIX_LENGTH))
    return bodyLength === 0 ? this.finish() : this.expect(bodyLength, () => this.finish())
  }

  private finish(): Uint8Array {
    const message = this.part
    this.part = new Uint8Array(PREFIX_LENGTH)
    this.filled = 0
    this.next = () => this.readPrefix()
    return message
  }

  private expect(length: number, next: () => Uint8Array | null): null {
    const longer = new Uint8Array(this.filled + length)
    longer.set(this.part)
    this.part = longer
    this.next = next
    return null
  }
}

/** Reads `bodyLength` of the flatbuffer `Message`; a field that is not there has the default, 0. */
function readBodyLength(metadata: Uint8Array): number {
  const view = viewOf(metadata)
  const table = view.getInt32(0, true)
  const vtable = table - view.getInt32(table, true)
  if (view.getUint16(vtable, true) <= BODY_LENGTH_FIELD) return 0
  const field = view.getUint16(vtable + BODY_LENGTH_FIELD, true)
  return field === 0 ? 0 : Number(view.getBigInt64(table + field, true))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function present<T>(value: T | null): T[] {
  return value === null ? [] : [value]
}
