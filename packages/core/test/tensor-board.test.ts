import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crc32c } from "../src/data/crc32c.ts";
import type { FitEvent } from "../src/train/callback/event.ts";
import { decodeEvents } from "../src/train/callback/event-file.ts";
import { tensorBoard } from "../src/train/callback/tensor-board.ts";
import type { DiagnosticRecord } from "../src/train/diagnostics/record.ts";

const start = (resumedAt: number): FitEvent => ({
  kind: "start",
  epochs: 3,
  steps: 10,
  parameters: 1,
  resumedAt,
});
const epoch = (n: number, value: number): FitEvent => ({
  kind: "epoch",
  epochs: 3,
  record: {
    epoch: n,
    step: 10 * (n + 1),
    losses: { y: 0.5, z: null },
    weights: { y: 1, z: 2 },
    cosines: { y: null, z: -0.25 },
    skipped: 0,
    dropped: {},
    validation: {} as never,
  },
  metric: "rmse",
  value,
  best: { epoch: n, value },
});
const file = (): string => join(mkdtempSync(join(tmpdir(), "events-")), "events.out.tfevents.1");

test("CRC-32C has the check value of its definition and RFC 3720's of 32 zeros", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test("an epoch's scalars are read back, without those that are null", () => {
  const path = file();
  const write = tensorBoard(path, () => 2000);
  for (const event of [start(0), epoch(0, 0.75)]) write(event);
  expect(decodeEvents(readFileSync(path)).map(({ event }) => event)).toEqual([
    { wall_time: 2, file_version: "brain.Event:2" },
    {
      wall_time: 2,
      step: 10,
      summary: {
        value: [
          { tag: "loss/y", simple_value: 0.5 },
          { tag: "weight/y", simple_value: 1 },
          { tag: "weight/z", simple_value: 2 },
          { tag: "cosine/z", simple_value: -0.25 },
          { tag: "validation/rmse", simple_value: 0.75 },
        ],
      },
    },
  ]);
});

test("a continued run repeats no epoch, and a new run begins a new file", () => {
  const path = file();
  for (const event of [start(0), epoch(0, 1), epoch(1, 2)]) tensorBoardOnce(path, event);
  for (const event of [start(15), epoch(1, 3)]) tensorBoardOnce(path, event);
  const steps = () => decodeEvents(readFileSync(path)).map(({ event }) => event.step);
  expect(steps()).toEqual([undefined, 10, 20]);
  tensorBoardOnce(path, start(0));
  expect(steps()).toEqual([undefined]);
});

test("a changed byte is found, and a record that was cut off is left out", () => {
  const path = file();
  for (const event of [start(0), epoch(0, 1)]) tensorBoardOnce(path, event);
  const bytes = readFileSync(path);
  expect(decodeEvents(bytes.subarray(0, -1))).toHaveLength(1);
  bytes[bytes.length - 6]! ^= 1;
  expect(() => decodeEvents(bytes)).toThrow(/wrong checksum/);
});

function tensorBoardOnce(path: string, event: FitEvent): void {
  tensorBoard(path, () => 0)(event);
}

test("diagnostics are scalars of their step, without those that are null", () => {
  const path = file();
  const listen = tensorBoard(path, () => 0);
  listen(start(0));
  const when = { step: 51, epoch: 5 };
  const tell = (record: DiagnosticRecord): void => listen({ kind: "diagnostic", record });
  tell({
    kind: "gradients",
    ...when,
    norms: { y: 2, z: 0 },
    weights: { y: 1, z: 1 },
    effectiveWeights: { y: 1, z: 0 },
    cosines: {
      y: { y: 1, z: null, x: -0.5 },
      z: { y: null, z: null, x: 0.25 },
      x: { y: -0.5, z: 0.25, x: 1 },
    },
  });
  tell({
    kind: "affinity",
    ...when,
    learningRate: 0.5,
    affinity: { y: { y: 0.5, z: null }, z: { y: -0.25, z: null } },
  });
  const compared = { metric: "rmse", value: 2, singleTask: 1, excess: 1, worse: true, message: "warning" };
  tell({ kind: "transfer", ...when, ...compared, runs: 1, noise: null });
  const events = decodeEvents(readFileSync(path)).slice(1);
  expect(events.map(({ event }) => event.step)).toEqual([51, 51, 51]);
  expect(
    events.map(({ event }) => event.summary!.value.map(({ tag, simple_value }) => [tag, simple_value])),
  ).toEqual([
    [
      ["gradient-norm/y", 2],
      ["gradient-norm/z", 0],
      ["effective-weight/y", 1],
      ["effective-weight/z", 0],
      ["gradient-cosine/y/x", -0.5],
      ["gradient-cosine/z/x", 0.25],
    ],
    [
      ["affinity/y/y", 0.5],
      ["affinity/z/y", -0.25],
    ],
    [
      ["single-task/rmse-excess", 1],
      ["single-task/worse", 1],
    ],
  ]);
});
