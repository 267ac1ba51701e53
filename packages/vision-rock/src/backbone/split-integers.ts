interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
}

const isEntry = (entry: unknown): entry is Entry =>
  typeof entry === "object" && entry !== null && "shape" in entry && Array.isArray(entry.shape);

/**
 * A safetensors file whose 64-bit integers are declared as pairs of 32-bit ones, which core's reader knows: PyTorch's batch norms count their batches in
 * them (`num_batches_tracked`). The arrays' bytes stay where they are. Bytes without a header come back as they are, for the reader to refuse.
 */
export function splitIntegers(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8) return bytes;
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder().decode(bytes.subarray(8, start));
  let header: unknown;
  try {
    header = JSON.parse(text, (_, entry: unknown) =>
      isEntry(entry) && entry.dtype === "I64"
        ? { ...entry, dtype: "I32", shape: [...entry.shape, 2] }
        : entry,
    );
  } catch {
    return bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + Math.max(0, bytes.length - start));
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(bytes.subarray(start), 8 + json.length);
  return out;
}
