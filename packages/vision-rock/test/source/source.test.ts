import { describe, expect, it } from "vitest";
import { writeFolder } from "../../src/folder/write-folder.ts";
import type { Sample, SampleSource } from "../../src/sample.ts";
import { alignSource } from "../../src/source/align.ts";
import { mixSources } from "../../src/source/mix.ts";
import { namedSources } from "../../src/source/named.ts";
import { onlyAnnotations } from "../../src/source/only.ts";
import { partOf } from "../../src/source/part.ts";
import { temporary, tinyRooms } from "../user/tiny.ts";

const rooms = tinyRooms();
const names = (source: SampleSource, { objects }: Sample): string[] =>
  objects.map(({ category }) => source.classes[category]!);

/** The same rooms with the lists in the other order, and some classes under other names. */
const renamed: SampleSource = {
  ...rooms,
  classes: rooms.classes.map((name) => (name === "chair" ? "stool" : name)),
};

describe("mixed data sets", () => {
  it("unite classes by name and count them in one list", async () => {
    const mixed = mixSources([rooms, renamed]);
    expect(mixed.classes).toEqual([...rooms.classes, "stool"]);
    expect([mixed.length, mixed.scenes]).toEqual([12, rooms.scenes]);
    for (const i of [0, 3]) {
      expect(names(mixed, await mixed.get(i))).toEqual(names(rooms, await rooms.get(i)));
      expect(names(mixed, await mixed.get(6 + i))).toEqual(names(renamed, await renamed.get(i)));
    }
    await expect(mixed.get(12)).rejects.toMatchObject({ code: "out-of-range" });
    await expect(mixed.get(-1)).rejects.toMatchObject({ code: "out-of-range" });
    expect(() => mixSources([])).toThrow(expect.objectContaining({ code: "bad-option" }));
  });

  it("in other lists: unknown classes are refused or dropped, unknown scenes become unknown", async () => {
    const listed = { classes: [...rooms.classes].reverse(), scenes: rooms.scenes.slice(0, 1) };
    const aligned = alignSource(rooms, listed);
    for (let i = 0; i < 6; i++) {
      const [before, after] = [await rooms.get(i), await aligned.get(i)];
      expect(names(aligned, after)).toEqual(names(rooms, before));
      expect(after.has!.scene).toBe(before.scene === 0);
      expect(after.scene).toBe(before.scene === 0 ? 0 : -1);
    }
    expect(() => alignSource(renamed, rooms)).toThrow(/stool/);
    const dropped = alignSource(renamed, rooms, { unknown: "drop" });
    for (let i = 0; i < 6; i++)
      expect(names(dropped, await dropped.get(i))).toEqual(
        names(rooms, await rooms.get(i)).filter((name) => name !== "chair"),
      );
  });
});

describe("some annotations only", () => {
  it("leaves nothing of the others", async () => {
    const geometry = onlyAnnotations(rooms, ["depth", "normals"]);
    const [before, after] = [await rooms.get(0), await geometry.get(0)];
    expect(after.has).toEqual({ detection: false, scene: false, depth: true, normals: true });
    expect([geometry.classes, geometry.scenes]).toEqual([[], []]);
    expect([after.objects.length, after.scene]).toEqual([0, -1]);
    expect(Math.max(...after.instances)).toBe(0);
    expect([after.rgb, after.depth, after.normals]).toEqual([before.rgb, before.depth, before.normals]);
    const boxes = await onlyAnnotations(rooms, ["detection"]).get(0);
    expect([boxes.objects, boxes.instances]).toEqual([before.objects, before.instances]);
    expect(Math.max(...boxes.depth, ...boxes.normals.map(Math.abs))).toBe(0);
  });

  it("does not bring back what was missing before", async () => {
    const twice = onlyAnnotations(onlyAnnotations(rooms, ["depth"]), ["detection", "depth"]);
    expect((await twice.get(0)).has).toEqual({ detection: false, scene: false, depth: true, normals: false });
  });
});

it("a part has the samples at its places, and no others", async () => {
  const part = partOf(rooms, [4, 1]);
  expect([part.length, (await part.get(0)).id, (await part.get(1)).id]).toEqual([
    2,
    (await rooms.get(4)).id,
    (await rooms.get(1)).id,
  ]);
  await expect(part.get(2)).rejects.toMatchObject({ code: "out-of-range" });
  expect(() => partOf(rooms, [6])).toThrow(expect.objectContaining({ code: "out-of-range" }));
});

describe("data sets by name", () => {
  const setting = { split: "train", width: 64, height: 48 } as const;

  it("are folders and rooms, with an @ for some annotations; rooms of two names are different ones", async () => {
    const folder = `${temporary()}/a@b`;
    await writeFolder(folder, partOf(rooms, [0, 1]));
    const mixed = await namedSources(
      ["rooms:2", "rooms:2@depth,normals", folder, `${folder}@scene`],
      setting,
    );
    expect(mixed.length).toBe(8);
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => mixed.get(i)));
    expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4, 500_001, 500_002, 500_001, 500_002]);
    const kinds = all.map(({ has }) =>
      has === undefined
        ? "all"
        : Object.entries(has)
            .flatMap(([kind, there]) => (there ? [kind] : []))
            .join(),
    );
    const every = "detection,scene,depth,normals";
    expect(kinds).toEqual([every, every, "depth,normals", "depth,normals", every, every, "scene", "scene"]);
  });

  it.each(["rooms:0", "rooms:many", "rooms:", "rooms:2.5@depth"])(
    "%s is no number of rooms",
    async (name) => {
      await expect(namedSources([name], setting)).rejects.toMatchObject({ code: "bad-option" });
    },
  );

  it("that are not there are named", async () => {
    await expect(namedSources(["nowhere"], setting)).rejects.toThrow(/nowhere.annotations\.json/);
  });
});
