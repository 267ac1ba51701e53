import { VisionRockError } from "../error.ts";
import { readFolder } from "../folder/read-folder.ts";
import type { RenderPool } from "../rooms/pool.ts";
import { type RoomSplit, roomSet } from "../rooms/room-set.ts";
import type { SampleSource } from "../sample.ts";
import { mixSources } from "./mix.ts";
import { ANNOTATION_KINDS, type AnnotationKind, onlyAnnotations } from "./only.ts";
import { partOf } from "./part.ts";

/** A data set as people name it: a folder or `rooms:300`, and after an `@` the annotations that are to be used of it. */
interface Named {
  /** A folder, or how many rooms. */
  readonly what: string | number;
  readonly kinds?: readonly AnnotationKind[];
}

const isKind = (text: string): text is AnnotationKind =>
  (ANNOTATION_KINDS as readonly string[]).includes(text);

function parse(text: string): Named {
  const at = text.lastIndexOf("@");
  const words = at < 0 ? [] : text.slice(at + 1).split(",");
  // A folder's name may have an @ of its own.
  const kinds = words.length > 0 && words.every(isKind) ? words : undefined;
  const name = kinds === undefined ? text : text.slice(0, at);
  const rooms = /^rooms:(.*)$/.exec(name)?.[1];
  if (rooms === undefined) return { what: name, ...(kinds && { kinds }) };
  const count = Number(rooms);
  if (!Number.isInteger(count) || count < 1)
    throw new VisionRockError("bad-option", `${text}: give a number of rooms, such as rooms:300.`);
  return { what: count, ...(kinds && { kinds }) };
}

/** Where rooms come from. */
export interface RoomsSetting {
  readonly split: RoomSplit;
  readonly width: number;
  readonly height: number;
  readonly pool?: Pick<RenderPool, "render">;
}

/**
 * Data sets by their names, as one: folders, `rooms:300` for rooms rendered on the spot, and either with `@depth,normals` behind it for these annotations
 * alone. Rooms of different names are different ones: `rooms:200` and `rooms:1000@depth` are 1,200.
 *
 * @throws VisionRockError "bad-option" for a number of rooms that is none, and as `readFolder` and `roomSet`
 *
 * @example
 * const { classes, length } = await namedSources(["photos", "rooms:1000@scene,depth,normals"], { split: "train", width: 128, height: 96 });
 */
export async function namedSources(names: readonly string[], rooms: RoomsSetting): Promise<SampleSource> {
  const parsed = names.map(parse);
  const count = parsed.reduce((sum, { what }) => sum + (typeof what === "number" ? what : 0), 0);
  // Every room is asked for once, so none needs to be kept beyond those on their way.
  const all = count === 0 ? null : roomSet({ ...rooms, count, cache: 32 });
  let next = 0;
  const sources: SampleSource[] = [];
  for (const { what, kinds } of parsed) {
    const source =
      typeof what === "string"
        ? await readFolder(what)
        : partOf(
            all!,
            Array.from({ length: what }, () => next++),
          );
    sources.push(kinds === undefined ? source : onlyAnnotations(source, kinds));
  }
  return mixSources(sources);
}
