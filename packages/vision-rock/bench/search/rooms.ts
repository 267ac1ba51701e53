/**
 * Trains rows of the rooms benchmark with other options and prints AP on the VALIDATION rooms, look by look, and the scene's accuracy at the last: how sizes, rates and weights of a tier were
 * chosen. Seeds from 0 on, which no tier measures; of the test rooms one is rendered and nothing is printed.
 *
 *     node --conditions=@outrigger/source --import tsx packages/vision-rock/bench/search/rooms.ts "boxes on few/rock" '{"scale":0.3}' --seeds 2
 *
 * Arguments: part of "GROUP/METHOD", and options over those of the row. Options: --tier ci, --seeds 1, --threads 1.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Options, Trial } from "@outrigger/bench/benchmark";
import { configurationOf, dataOf, roomArms } from "../../src/experiment/benchmark.ts";
import { runTrial } from "../../src/experiment/trial.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: "string", default: "ci" },
    seeds: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
  },
});
const [wanted = "", changes = "{}"] = positionals;
const tier = values.tier as Trial["tier"];

for (const arm of roomArms(tier).filter(({ group, method }) => `${group}/${method}`.includes(wanted))) {
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const directory = mkdtempSync(join(tmpdir(), "outrigger-vision-"));
    const trial: Trial = {
      benchmark: "vision-rock/rooms",
      version: 1,
      method: arm.method,
      group: arm.group!,
      options: { ...arm.options, ...(JSON.parse(changes) as Options), test: 1 },
      seed,
      tier,
      threads: Number(values.threads),
      directory,
      progress: () => {},
    };
    const before = process.cpuUsage();
    const { metrics, curves } = await runTrial(await dataOf(trial), configurationOf(trial), trial);
    const { user, system } = process.cpuUsage(before);
    rmSync(directory, { recursive: true });
    const looks = curves!["validation/AP"]!.map((ap) => ap?.toFixed(2)).join(" ");
    const scene = curves!["validation/scene-accuracy"]?.at(-1);
    const seconds = ((user + system) / 1e6).toFixed(0);
    console.log(
      `${arm.group}/${arm.method} ${changes} seed ${seed}: best ${metrics["validation/AP"]?.toFixed(2)}, by look ${looks}${scene === undefined ? "" : `; scene ${scene?.toFixed(2)}`}; ${seconds} s of processor`,
    );
  }
}
