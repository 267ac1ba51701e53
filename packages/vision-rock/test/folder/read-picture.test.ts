import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../src/folder/read-picture.ts";

/** 3 × 2 pixels, each of another grey, so that every turn and mirror image differs. */
const greys = [10, 20, 30, 40, 50, 60];
const picture = () =>
  sharp(
    Uint8Array.from({ length: 18 }, (_, i) => greys[Math.floor(i / 3)]!),
    {
      raw: { width: 3, height: 2, channels: 3 },
    },
  );

const shown = ({ rgb }: { rgb: Uint8Array }): number[] => [...rgb].filter((_, i) => i % 3 === 0);

describe("a picture to detect in", () => {
  it.each([
    [1, 3, [10, 20, 30, 40, 50, 60]],
    [2, 3, [30, 20, 10, 60, 50, 40]],
    [3, 3, [60, 50, 40, 30, 20, 10]],
    [4, 3, [40, 50, 60, 10, 20, 30]],
    [5, 2, [10, 40, 20, 50, 30, 60]],
    [6, 2, [40, 10, 50, 20, 60, 30]],
    [7, 2, [60, 30, 50, 20, 40, 10]],
    [8, 2, [30, 60, 20, 50, 10, 40]],
  ])("is turned upright from EXIF orientation %i", async (orientation, width, pixels) => {
    const turned = await readPicture(await picture().withMetadata({ orientation }).png().toBuffer());
    expect(turned).toMatchObject({ width, height: 6 / width });
    expect(shown(turned)).toEqual(pixels);
  });

  it("has three channels of eight bits, whatever was stored, and white behind what is transparent", async () => {
    const grey = sharp(Uint16Array.from([0, 257 * 100, 65535]), {
      raw: { width: 3, height: 1, channels: 1 },
    });
    expect([...(await readPicture(await grey.toColourspace("grey16").png().toBuffer())).rgb]).toEqual([
      0, 0, 0, 100, 100, 100, 255, 255, 255,
    ]);
    const clear = sharp({ create: { width: 1, height: 1, channels: 4, background: "rgba(10, 20, 30, 0)" } });
    expect([...(await readPicture(await clear.png().toBuffer())).rgb]).toEqual([255, 255, 255]);
    const ink = await picture().toColourspace("cmyk").jpeg().toBuffer();
    expect((await readPicture(ink)).rgb).toHaveLength(18);
  });

  it("is refused when it is missing, truncated, empty or no picture", async () => {
    const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * i * 7919) % 251);
    const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    await expect(readPicture(jpeg)).resolves.toMatchObject({ width: 64, height: 64 });
    for (const bytes of [
      jpeg.subarray(0, Math.floor(jpeg.length / 2)),
      new Uint8Array(0),
      new TextEncoder().encode("text"),
    ]) {
      await expect(readPicture(bytes)).rejects.toMatchObject({ code: "bad-file" });
    }
    await expect(readPicture("/nowhere/a.jpg")).rejects.toMatchObject({
      code: "bad-file",
      details: { path: "/nowhere/a.jpg" },
    });
  });
});
