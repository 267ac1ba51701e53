import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { File, ready } from "h5wasm/node";
import { frameCamera } from "../../src/nyuv2/camera.ts";
import { NYU_CLASSES } from "../../src/nyuv2/classes.ts";

/** The labelled file in small: the same variables, types, order of axes, cells and user block, with chunks that hold pieces of five frames. */
export const FRAMES = 12;
export const WIDTH = 40;
export const HEIGHT = 30;
const CHUNK = 5;

export const TRAIN = [1, 2, 4, 5, 7, 8, 11];
export const TEST = [3, 6, 9, 10];

export const colourAt = (frame: number, u: number, v: number, c: number): number =>
  (31 * frame + 57 * c + 3 * u + 5 * v) % 256;

/** The floor n · p = −1.4 m, somewhat higher with every frame. */
export const FLOOR = [0.1, -0.3, -Math.sqrt(1 - 0.1)] as const;
const camera = frameCamera(WIDTH, HEIGHT, { left: 0, top: 0, width: WIDTH, height: HEIGHT });
export function depthAt(frame: number, u: number, v: number): number {
  const [x, y] = [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy];
  return -(1.4 + 0.05 * frame) / (FLOOR[0] * x + FLOOR[1] * y + FLOOR[2]);
}
export const isMeasured = (u: number, v: number): boolean => (u + v) % 11 !== 0;

/** Label and instance: two chairs and a table that have the same instance number in turn, a scrap of a lamp, something of no class, pixels of no object. */
export function labelAt(frame: number, u: number, v: number): readonly [label: number, instance: number] {
  const inside = (left: number, top: number, width: number, height: number): boolean =>
    u >= left && u < left + width && v >= top && v < top + height;
  if (frame === 1) return [0, 0];
  if (inside(2, 3, 6, 5)) return [5, 1];
  if (inside(12 + (frame % 3), 4, 5, 7)) return [5, 2];
  if (inside(5, 18, 9, 8)) return [19, 1];
  if (u === 30 && v === 20) return [144, 1];
  if (inside(25, 2, 8, 8)) return [300, 1];
  return inside(20, 20, 6, 6) ? [5, 0] : [0, 0];
}

const places = Array.from(
  { length: FRAMES },
  (_, i) => `kitchen_${String(Math.floor(i / 2)).padStart(4, "0")}`,
);
export const placeOf = (frame: number): string => places[frame - 1]!;
const types: readonly string[] = Array.from({ length: FRAMES }, (_, i) =>
  i % 4 === 0 ? "living_room" : "kitchen",
);

export interface Changes {
  readonly without?: readonly string[];
  readonly scene?: string;
  readonly className?: string;
  readonly depth?: (frame: number, u: number, v: number) => number;
  readonly shortLabels?: boolean;
  readonly wideDepths?: boolean;
}

/** Writes the file and returns its path. */
export async function writeMiniature(folder: string, changes: Changes = {}): Promise<string> {
  await ready;
  const bare = join(folder, "bare.h5");
  const file = new File(bare, "w");
  const kept = (name: string): boolean => !(changes.without ?? []).includes(name);
  const array = (
    name: string,
    channels: number,
    data: Uint8Array | Uint16Array | Float32Array | Float64Array,
    value: (frame: number, u: number, v: number, c: number) => number,
    frames = FRAMES,
  ): void => {
    let i = 0;
    for (let f = 1; f <= frames; f++)
      for (let c = 0; c < channels; c++)
        for (let u = 0; u < WIDTH; u++) for (let v = 0; v < HEIGHT; v++) data[i++] = value(f, u, v, c);
    const sides = channels === 1 ? [WIDTH, HEIGHT] : [channels, WIDTH, HEIGHT];
    const chunks = [CHUNK, ...sides.slice(0, -1), 7];
    if (kept(name)) file.create_dataset({ name, data, shape: [frames, ...sides], chunks, compression: 3 });
  };
  const size = FRAMES * WIDTH * HEIGHT;
  array("images", 3, new Uint8Array(3 * size), colourAt);
  const depths = changes.wideDepths === true ? new Float64Array(size) : new Float32Array(size);
  array("depths", 1, depths, changes.depth ?? depthAt);
  array("rawDepths", 1, new Float32Array(size), (f, u, v) => (isMeasured(u, v) ? depthAt(f, u, v) : 0));
  const labelled = changes.shortLabels === true ? FRAMES - 1 : FRAMES;
  array("labels", 1, new Uint16Array(labelled * WIDTH * HEIGHT), (f, u, v) => labelAt(f, u, v)[0], labelled);
  array("instances", 1, new Uint8Array(size), (f, u, v) => labelAt(f, u, v)[1]);

  const cells = file.create_group("#refs#");
  let count = 0;
  const cellArray = (name: string, texts: readonly string[]): void => {
    const references = texts.map((text) => {
      const data = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
      return cells.create_dataset({ name: `c${count++}`, data, shape: [text.length, 1] }).create_reference();
    });
    if (kept(name)) file.create_dataset({ name, data: references, shape: [1, texts.length] });
  };
  const names = Array.from({ length: 180 }, (_, i) => `thing ${i + 1}`);
  for (const { name, label } of NYU_CLASSES) names[label - 1] = name;
  if (changes.className !== undefined) names[4] = changes.className;
  cellArray("names", names);
  cellArray("scenes", places);
  cellArray("sceneTypes", changes.scene === undefined ? types : types.with(6, changes.scene));
  file.close();

  const path = join(folder, "miniature.mat");
  const user = Buffer.alloc(512);
  user.write("MATLAB 7.3 MAT-file");
  await writeFile(path, Buffer.concat([user, await readFile(bare)]));
  return path;
}

/** A MATLAB file of level 5 with the lists of frames, each packed as MATLAB packs them. */
export async function writeSplitsFile(
  folder: string,
  lists: Readonly<Record<string, readonly number[]>> = { trainNdxs: TRAIN, testNdxs: TEST },
): Promise<string> {
  const header = Buffer.alloc(128, " ");
  header.write("MATLAB 5.0 MAT-file");
  header.writeUInt16LE(0x0100, 124);
  header.write("IM", 126);
  const path = join(folder, "splits.mat");
  const variables = Object.entries(lists).map(([name, values]) =>
    element(15, deflateSync(matrix(name, values))),
  );
  await writeFile(path, Buffer.concat([header, ...variables]));
  return path;
}

/** uint16, [n, 1]. */
function matrix(name: string, values: readonly number[]): Buffer {
  const words = (array: readonly number[]) => Buffer.from(Uint32Array.from(array).buffer);
  const parts = [
    element(6, words([11, 0])),
    element(5, words([values.length, 1])),
    element(1, Buffer.from(name)),
    element(4, Buffer.from(Uint16Array.from(values).buffer)),
  ];
  return element(14, Buffer.concat(parts));
}

/** A tag of type and length, or both in one word when the data fit behind it; all but packed data end at a multiple of 8. */
function element(type: number, data: Buffer): Buffer {
  if (data.length > 0 && data.length <= 4) {
    const small = Buffer.alloc(8);
    small.writeUInt32LE(type + data.length * 0x10000);
    data.copy(small, 4);
    return small;
  }
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type);
  tag.writeUInt32LE(data.length, 4);
  return Buffer.concat([tag, data, Buffer.alloc(type === 15 ? 0 : (8 - (data.length % 8)) % 8)]);
}
