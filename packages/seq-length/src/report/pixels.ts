import { deflateSync } from "node:zlib";

const checksums = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = checksums[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Between the blues of light and dark pages. */
const [red, green, blue] = [52, 120, 220] as const;

/** Pixels a value on each side, so that edges stay sharp where a viewer smooths images. */
const SIDE = 4;

/**
 * A matrix of shares as a data address of a PNG, a square a value: one blue whose opacity is the square root of the share, so that it can lie on light
 * and on dark, and small shares are seen. A map of 10,000 weights is one image of some kB in place of as many rectangles.
 *
 * PNG, colour type 6: https://www.w3.org/TR/png-3/
 *
 * @param rows of equal length, values in [0, 1].
 */
export function pixels(rows: readonly (readonly number[])[]): string {
  const [width, height] = [SIDE * (rows[0]?.length ?? 0), SIDE * rows.length];
  const lines = rows.flatMap((row) => {
    const line = Buffer.alloc(1 + 4 * width);
    row.forEach((share, x) => {
      const opacity = Math.round(255 * Math.sqrt(share));
      for (let i = 0; i < SIDE; i++) line.set([red, green, blue, opacity], 1 + 4 * (SIDE * x + i));
    });
    return Array.from({ length: SIDE }, () => line);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a channel, with opacity.
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const file = Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND", new Uint8Array()),
  ]);
  return `data:image/png;base64,${file.toString("base64")}`;
}
