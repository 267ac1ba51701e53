import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import { vi } from "vitest";
import { main } from "../../src/cli.ts";
import type { DetectorParts } from "../../src/predictor/detector.ts";
import { readDetector, writeDetector } from "../../src/predictor/folder.ts";
import { FORMAT, VERSION } from "../../src/predictor/record.ts";
import { type RoomSetOptions, roomSet } from "../../src/rooms/room-set.ts";
import type { SampleSource } from "../../src/sample.ts";
import { type Configuration, configuration } from "../../src/train/configuration.ts";
import { networkOf } from "../../src/train/network.ts";

export const temporary = (): string => mkdtempSync(join(tmpdir(), "outrigger-vision-"));

export const tinyRooms = (options: Partial<RoomSetOptions> = {}): SampleSource =>
  roomSet({ split: "test", count: 6, width: 64, height: 48, ...options });

/** A network of a few thousand parameters. */
export const tiny = (given: Partial<Configuration> = {}): Configuration =>
  configuration({
    width: 64,
    height: 48,
    backbone: { kind: "small", channels: [8, 8, 8], blocks: 1 },
    iterations: 4,
    looks: 2,
    batchSize: 4,
    ...given,
  });

/** The same parameters with no leaning towards the background, so that boxes are found before anything is learned. */
function eager(params: Params, classes: number): Params {
  const { predictors } = params.heads["detection"] as unknown as {
    predictors: { bias: NDArray; kernel: NDArray }[];
  };
  const bare = predictors.map(({ bias, kernel }) => ({
    kernel: { ...kernel, data: Float32Array.from(kernel.data, (weight) => 8 * weight) },
    bias: { ...bias, data: Float32Array.from(bias.data, (b, i) => (i % (5 + classes) === 4 ? 0 : b)) },
  }));
  const detection = {
    ...(params.heads["detection"] as object),
    predictors: bare,
  } as unknown as Tree<NDArray>;
  return { ...params, heads: { ...params.heads, detection } };
}

/** An untrained detector that finds boxes all the same. */
export function tinyDetector(
  given: Partial<Configuration> = {},
): Pick<DetectorParts, "record" | "network" | "params"> {
  const { classes, scenes } = tinyRooms();
  const chosen = tiny(given);
  const network = networkOf(chosen, { classes: classes.length, scenes: scenes.length });
  const params = eager(network.model.init(Random.seeded(3, "tiny")), classes.length);
  const record = { format: FORMAT, version: VERSION, configuration: chosen, classes, scenes } as never;
  return { record, network, params };
}

/** Makes the detector of a folder find boxes, however little it has learned. */
export function makeEager(folder: string): void {
  const { record, params } = readDetector(folder);
  writeDetector(folder, record, eager(params, record.classes.length));
}

/** Options of the command for a training of seconds. */
export const tinyFlags: readonly string[] =
  "--size 64x48 --channels 8,8,8 --blocks 1 --iterations 4 --looks 2 --batch 4 --validation rooms:6 --threads 1".split(
    " ",
  );

/** Runs the command in this process: what it wrote, and its exit code. */
export async function command(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0),
  ];
  try {
    process.exitCode = 0;
    await main(["node", "outrigger-vision", ...args]);
    return { code: exitCode(), out: out.join(""), err: err.join("") };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

export const json = (path: string): never => JSON.parse(readFileSync(path, "utf8")) as never;

const exitCode = (): number => Number(process.exitCode ?? 0);
