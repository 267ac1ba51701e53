import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VisionRockError } from "../error.ts";
import { ANNOTATIONS, KINDS } from "../folder/files.ts";
import { writeFolder } from "../folder/write-folder.ts";
import type { PictureOptions } from "../rooms/pool.ts";
import { type RoomSplit, roomSet } from "../rooms/room-set.ts";
import type { SampleSource } from "../sample.ts";
import { poolOf } from "./pool.ts";

export interface RenderSetting extends PictureOptions {
  readonly out: string;
  readonly count: number;
  readonly split: RoomSplit;
  readonly threads?: number;
  /** Replaces a data set that the folder holds. */
  readonly fresh?: boolean;
  readonly print: (text: string) => void;
  /** Called with the number of rooms that are written. */
  readonly progress: (done: number) => void;
}

/** Rooms on their way, so that all threads have work while one room is being written. */
const AHEAD = 16;

/**
 * Renders rooms into a COCO folder and says what is in it.
 *
 * @throws VisionRockError "bad-option" for a folder that holds a data set, and as `roomSet` and `writeFolder`.
 */
export async function renderCommand(setting: RenderSetting): Promise<void> {
  const { out, count, split, threads, fresh, print, progress, ...options } = setting;
  clear(out, fresh === true);
  const pool = await poolOf(threads);
  try {
    const rooms = roomSet({ ...options, split, count, pool, cache: 2 * AHEAD });
    const objects: number[] = rooms.classes.map(() => 0);
    const told: SampleSource = {
      ...rooms,
      async get(index) {
        for (let next = index + 1; next < Math.min(count, index + AHEAD); next++) {
          // What fails is told when its turn comes.
          rooms.get(next).catch(() => undefined);
        }
        const sample = await rooms.get(index);
        for (const { category } of sample.objects) objects[category]! += 1;
        progress(index + 1);
        return sample;
      },
    };
    await writeFolder(out, told);
    const total = objects.reduce((sum, each) => sum + each, 0);
    print(`${out}: ${count} rooms of ${split} with ${total} objects`);
    print(rooms.classes.map((name, i) => `${name} ${objects[i]}`).join(", "));
  } finally {
    await pool.close();
  }
}

function clear(out: string, fresh: boolean): void {
  if (!existsSync(join(out, ANNOTATIONS))) return;
  if (!fresh)
    throw new VisionRockError(
      "bad-option",
      `${out} holds a data set already. Give another --out, or --fresh to replace it.`,
      { out },
    );
  // Only what writeFolder writes, whatever else the folder may hold; annotations first, for without them it is no data set.
  rmSync(join(out, ANNOTATIONS));
  for (const kind of KINDS) rmSync(join(out, kind), { recursive: true, force: true });
}
