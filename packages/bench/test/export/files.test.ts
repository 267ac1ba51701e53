import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeEvents } from "@outrigger/core/train/callback/event-file";
import { parse } from "csv-parse/sync";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { toCsv } from "../../src/export/csv.ts";
import { toParquet } from "../../src/export/parquet.ts";
import { writeTensorBoard } from "../../src/export/tensorboard.ts";
import type { Row } from "../../src/results/row.ts";
import { temporary } from "../harness.ts";
import { toyRow } from "../rows.ts";
import { rows, trials } from "./trials.ts";

const byId = (id: string) => trials.find(({ row }) => row.id === id);

describe("exportedTrials", () => {
  it("says which trials a table rests on, and holds back the test metrics of the others", () => {
    expect(trials).toHaveLength(rows.length);
    expect(byId("tuned-0.1-0")).toMatchObject({ counts: true, metrics: { "test/rmse": 1 / 3 } });
    expect(byId("tuned-0.1-1")).toMatchObject({ counts: true });
    expect(byId("tuned-1-0")).toMatchObject({ counts: false });
    expect(byId("tuned-1-0")?.metrics).toEqual({ "validation/rmse": 2 });
    expect(byId("failed")?.counts).toBe(false);
  });
});

describe("CSV", () => {
  const read = parse(toCsv(trials), { columns: true }) as Record<string, string>[];

  it("is read back by a parser with every value", () => {
    expect(read).toHaveLength(rows.length);
    const [first] = read;
    expect(Number(first?.["validation/rmse"])).toBe(0.1 + 0.2);
    expect(Number(first?.["test/r2"])).toBe(1 / 3);
    expect(first?.["test/rmse"]).toBe("");
    expect(JSON.parse(first?.notes ?? "")).toEqual(rows[0]?.notes);
    expect(first).toMatchObject({
      method: "uniform",
      seed: "0",
      candidate: "",
      counts: "true",
      dirty: "false",
    });
    const failed = read.find(({ id }) => id === "failed");
    expect(failed).toMatchObject({ status: "failed", error: "Error: a, b\r\n  at c", "validation/rmse": "" });
    const chosen = read.find(({ id }) => id === "tuned-0.1-0");
    expect(JSON.parse(chosen?.options ?? "")).toEqual({ rule: "static", scale: 0.1 });
    expect(chosen).toMatchObject({ candidate: "0", candidates: "2", purpose: "tune" });
  });

  it("has one column for every metric that any trial has, in a fixed order", () => {
    const names = Object.keys(read[0] ?? {});
    expect(names.filter((name) => name.includes("/"))).toEqual(["test/r2", "test/rmse", "validation/rmse"]);
    expect(names[0]).toBe("id");
    expect(names).not.toContain("curves");
  });
});

describe("Parquet", () => {
  it("is read back with numbers as numbers, nothing as null and curves as JSON", async () => {
    const bytes = await toParquet(trials);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    expect(read).toHaveLength(rows.length);
    expect(read[0]).toMatchObject({
      id: rows[0]?.id,
      seed: 0,
      "validation/rmse": 0.1 + 0.2,
      "test/rmse": null,
      "test/r2": 1 / 3,
      candidate: null,
      counts: true,
      peakMemory: 2e8,
      error: null,
    });
    expect(JSON.parse(String(read[0]?.curves))).toEqual(rows[0]?.curves);
    expect(read.find(({ id }) => id === "failed")).toMatchObject({
      counts: false,
      error: "Error: a, b\r\n  at c",
    });
  });

  it("holds any whole seed", async () => {
    const seeds = [2 ** 31, -(2 ** 40), Number.MAX_SAFE_INTEGER];
    const bytes = await toParquet(
      seeds.map((seed) => ({ row: toyRow({ seed }), counts: true, metrics: {} })),
    );
    const read = await parquetReadObjects({ file: bytes.slice().buffer });
    expect(read.map(({ seed }) => seed)).toEqual(seeds);
  });

  it("has columns for one trial that has none of the optional values", async () => {
    const bytes = await toParquet(trials.filter(({ row }) => row.id === "failed"));
    const [read] = await parquetReadObjects({ file: bytes.slice().buffer });
    expect(read).toMatchObject({ candidate: null, runtime: null, curves: null });
  });
});

describe("TensorBoard", () => {
  const files = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(folder, name)).isFile(),
    );

  it("gets a run a trial, whose curves and final metrics its own format gives back", async () => {
    const folder = temporary();
    expect(await writeTensorBoard(trials, folder)).toBe(rows.length);
    expect(await writeTensorBoard(trials, folder)).toBe(rows.length);
    expect(files(folder)).toHaveLength(rows.length);
    const name =
      "toy/noise/smoke/gin/uniform/seed-0-gin-uniform-0-smoke-c0de/events.out.tfevents.1767323045.outrigger";
    const events = decodeEvents(readFileSync(join(folder, name))).map(({ event }) => event);
    expect(events[0]).toMatchObject({ file_version: "brain.Event:2", wall_time: 1767323045.678 });
    const scalars = events
      .slice(1)
      .flatMap(({ step = 0, summary }) =>
        (summary?.value ?? []).map(({ tag, simple_value = 0 }) => [tag, step, simple_value] as const),
      );
    const of = (tag: string) => scalars.filter(([name]) => name === tag).map(([, step, x]) => [step, x]);
    expect(of("validation/rmse")).toEqual([
      [0, 2],
      [2, 0.5],
    ]);
    expect(of("final/validation/rmse")).toEqual([[2, Math.fround(0.1 + 0.2)]]);
    expect(of("final/test/rmse")).toEqual([]);
    expect(of("weight/tpsa").map(([step]) => step)).toEqual([0, 1, 2]);
  });

  it("stays inside its folder, whatever rows are called", async () => {
    const folder = temporary();
    const of = (change: Partial<Row>) => [{ row: toyRow(change), counts: true, metrics: {} }];
    const rude = { benchmark: "toy/a b", group: "../..", method: "../../up", id: "/../x" };
    expect(await writeTensorBoard(of(rude), join(folder, "inside/deep"))).toBe(1);
    const [file] = files(folder);
    expect(file).toMatch(/^inside\/deep\/toy\/a_b\/smoke\/\.\._\.\.\/\.\._\.\._up\/seed-0-_\.\._x\/events/);
    expect(files(folder)).toHaveLength(1);
    for (const change of [{ method: ".." }, { group: "." }, { benchmark: "toy/../../noise" }])
      await expect(writeTensorBoard(of(change), join(folder, "inside/deep"))).rejects.toMatchObject({
        code: "bad-results",
        message: expect.stringMatching(/cannot be the name of a folder: "\.+"/),
      });
    expect(files(folder)).toHaveLength(1);
  });
});
