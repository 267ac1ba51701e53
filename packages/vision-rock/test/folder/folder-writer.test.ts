import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderWriter } from "../../src/folder/folder-writer.ts";
import { readFolder } from "../../src/folder/read-folder.ts";
import { writeFolder } from "../../src/folder/write-folder.ts";
import { writeSubset } from "../../src/folder/write-subset.ts";
import { roomSet } from "../../src/rooms/room-set.ts";

const set = roomSet({ split: "train", count: 3, width: 32, height: 24 });
const sample = (index: number) => set.get(index);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-writer-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a folder that is written in pieces", () => {
  it("continues after a stop, also one in the middle of a line, and comes out as if written at once", async () => {
    const ids = await Promise.all([0, 1, 2].map(async (i) => (await sample(i)).id));
    const stopped = join(folder, "stopped");
    const first = await folderWriter(stopped, set, "rooms");
    await first.add(await sample(2));
    await first.add(await sample(0));
    const before = await stat(join(stopped, "rgb/000001.png"));
    await appendFile(join(stopped, "unfinished.jsonl"), '{"image":{"id":2,"file_na');

    const second = await folderWriter(stopped, set, "rooms");
    expect(ids.map((id) => second.has(id))).toEqual([true, false, true]);
    await expect(second.add(await sample(0))).rejects.toMatchObject({ code: "duplicate-id" });
    await second.add(await sample(1));
    await second.finish(ids);
    expect((await stat(join(stopped, "rgb/000001.png"))).mtimeMs).toBe(before.mtimeMs);

    const whole = join(folder, "whole");
    await writeFolder(whole, set);
    for (const name of await readdir(whole, { recursive: true })) {
      if (!name.includes(".")) continue;
      const [a, b] = [await readFile(join(stopped, name)), await readFile(join(whole, name))];
      expect({ name, same: a.equals(b) }).toEqual({ name, same: true });
    }
    expect(await readdir(stopped)).not.toContain("unfinished.jsonl");
  });

  it("begins anew where something else was begun", async () => {
    await (await folderWriter(folder, set, "one")).add(await sample(0));
    expect((await folderWriter(folder, set, "other")).has((await sample(0)).id)).toBe(false);
    expect((await folderWriter(folder, set, "one")).has((await sample(0)).id)).toBe(false);
  });

  it("that was never finished is not read", async () => {
    await (await folderWriter(folder, set, "one")).add(await sample(0));
    await expect(readFolder(folder)).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("a subset of a folder", () => {
  it("reads the pictures of the other", async () => {
    await writeFolder(join(folder, "all"), set);
    await writeSubset(join(folder, "all"), join(folder, "some"), [3, 1]);
    const [all, some] = [await readFolder(join(folder, "all")), await readFolder(join(folder, "some"))];
    expect(some.length).toBe(2);
    expect(await some.get(0)).toEqual(await all.get(2));
    expect(await some.get(1)).toEqual(await all.get(0));
    await expect(writeSubset(join(folder, "all"), join(folder, "x"), [7])).rejects.toMatchObject({
      code: "unknown-image",
    });
    await expect(writeSubset(join(folder, "all"), join(folder, "deep/x"), [1])).rejects.toMatchObject({
      code: "bad-option",
    });
  });

  it("of a subset has the pictures of the first", async () => {
    await writeFolder(join(folder, "all"), set);
    await writeSubset(join(folder, "all"), join(folder, "some"), [3, 1]);
    await writeSubset(join(folder, "some"), join(folder, "one"), [3]);
    const [all, one] = [await readFolder(join(folder, "all")), await readFolder(join(folder, "one"))];
    expect(await one.get(0)).toEqual(await all.get(2));
  });

  it.each(["..", "../elsewhere", "/etc", "a/b", ""])("is refused with pictures in %j", async (pictures) => {
    await writeFolder(join(folder, "all"), set);
    await writeSubset(join(folder, "all"), join(folder, "some"), [1]);
    const path = join(folder, "some", "annotations.json");
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), pictures }));
    await expect(readFolder(join(folder, "some"))).rejects.toMatchObject({ code: "bad-file" });
  });
});
