/** tables[k][b]: what byte b becomes when k more bytes have passed; four tables take four bytes at a time. */
const first = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});
const after = (table: Uint32Array): Uint32Array => table.map((value) => (value >>> 8) ^ first[value & 255]!);
const second = after(first);
const third = after(second);
const fourth = after(third);

/**
 * CRC-32C (Castagnoli, reflected, as in RFC 3720) of bytes, as an unsigned number; `before` is that of the bytes in front of them.
 *
 * Cost: some 2 ns a byte.
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = before ^ 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = fourth[crc & 255]! ^ third[(crc >>> 8) & 255]! ^ second[(crc >>> 16) & 255]! ^ first[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = first[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
