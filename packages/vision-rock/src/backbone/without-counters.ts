interface Entry {
  readonly dtype: string;
  readonly data_offsets: readonly [number, number];
}

/**
 * A safetensors file without its 64-bit integers: batch norms of PyTorch count their batches in them (`num_batches_tracked`), and they are no weights.
 * Bytes that are no such file come back as they are, for the reader to refuse.
 */
export function withoutCounters(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8) return bytes;
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  } catch {
    return bytes;
  }
  const entries = Object.entries(header);
  if (!entries.some(([, { dtype }]) => dtype === "I64")) return bytes;
  const kept: Record<string, unknown> = {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, entry] of entries) {
    if (entry.dtype === "I64") continue;
    kept[name] = entry;
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    const chunk = bytes.subarray(start + from, start + to);
    kept[name] = { ...entry, data_offsets: [offset, offset + to - from] };
    chunks.push(chunk);
    offset += to - from;
  }
  const json = new TextEncoder().encode(JSON.stringify(kept));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  const whole = [length, json, ...chunks];
  const out = new Uint8Array(whole.reduce((sum, { length: size }) => sum + size, 0));
  let at = 0;
  for (const chunk of whole) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
