/**
 * Draws docs/rooms.png: for each of twelve rooms the picture with its boxes, depth (near is light) and normals (x, y, −z as red, green, blue).
 *
 *     npm run docs:rooms -w @outrigger/vision-rock -- [FILE] [FIRST SEED] [standard or shifted] [easy]
 */
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { ROOM_CLASSES } from "../../src/rooms/plan/furniture.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { ROOM_SCENES } from "../../src/rooms/plan/scenes.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import type { Sample } from "../../src/sample.ts";

const WIDTH = 192;
const HEIGHT = 144;
const ACROSS = 4;
const ROOMS = 12;
const [file = fileURLToPath(new URL("../../docs/rooms.png", import.meta.url)), first = "1", light, easy] =
  process.argv.slice(2);

function boxes({ objects, scene, id }: Sample): string {
  const marks = objects.map(({ category, box: [x, y, width, height] }) => {
    const name = ROOM_CLASSES[category]!;
    return `<rect x="${x + 0.5}" y="${y + 0.5}" width="${width - 1}" height="${height - 1}" fill="none" stroke="#ff0" stroke-width="1"/>
<text x="${x + 2}" y="${y + 10}" font-size="10" font-family="sans-serif" fill="#ff0" stroke="#000" stroke-width="2" paint-order="stroke">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${marks.join("")}
<text x="4" y="${HEIGHT - 5}" font-size="11" font-family="sans-serif" fill="#fff" stroke="#000" stroke-width="2" paint-order="stroke">${ROOM_SCENES[scene]} (${id})</text></svg>`;
}

const raw = { width: WIDTH, height: HEIGHT };
const tiles: { input: Buffer; left: number; top: number }[] = [];
for (let i = 0; i < ROOMS; i++) {
  const plan = planRoom(Number(first) + i, {
    lighting: light === "shifted" ? "shifted" : "standard",
    easyColour: easy === "easy",
  });
  const sample = renderRoom(plan, raw);
  const farthest = Math.max(...sample.depth);
  const depth = Uint8Array.from(sample.depth, (z) => 255 * (1 - z / farthest));
  const normals = Uint8Array.from(sample.normals, (n, k) => 127.5 * (1 + (k % 3 === 2 ? -n : n)));
  const pictures = [
    await sharp(sample.rgb, { raw: { ...raw, channels: 3 } })
      .composite([{ input: Buffer.from(boxes(sample)) }])
      .png()
      .toBuffer(),
    await sharp(depth, { raw: { ...raw, channels: 1 } })
      .png()
      .toBuffer(),
    await sharp(normals, { raw: { ...raw, channels: 3 } })
      .png()
      .toBuffer(),
  ];
  const row = 3 * Math.floor(i / ACROSS);
  for (const [k, input] of pictures.entries()) {
    tiles.push({ input, left: (i % ACROSS) * WIDTH, top: (row + k) * HEIGHT });
  }
}
await sharp({
  create: {
    width: ACROSS * WIDTH,
    height: 3 * Math.ceil(ROOMS / ACROSS) * HEIGHT,
    channels: 3,
    background: "#000",
  },
})
  .composite(tiles)
  .png({ palette: true, quality: 80, effort: 10 })
  .toFile(file);
