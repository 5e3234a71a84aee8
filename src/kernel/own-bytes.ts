/** The bytes in memory of their own, for who keeps them: a piece cut out of something larger keeps all of it alive. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
