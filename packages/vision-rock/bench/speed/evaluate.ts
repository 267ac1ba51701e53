/**
 * Prints the time that COCO's numbers take for the 100 images of vision/coco-eval-100: the first evaluation of the process, reading included,
 * and the median of nine further ones; wall and processor time.
 *
 *     OUTRIGGER_DATA=DIR npm run bench:evaluate -w @outrigger/vision-rock
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDetections, readGroundTruth } from "../../src/evaluate/coco-json.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { cocoSummary } from "../../src/evaluate/summary.ts";

const folder = join(process.env["OUTRIGGER_DATA"] ?? ".", "vision/coco-eval-100");
const json = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

function once(): { wall: number; processor: number; AP: number | null } {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const truth = readGroundTruth(json("instances_val2014_100.json"));
  const found = readDetections(json("instances_val2014_fakebbox100_results.json"), truth);
  const { AP } = cocoSummary(evaluate(truth, found));
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - start, processor: (user + system) / 1000, AP };
}

const first = once();
const further = Array.from({ length: 9 }, once);
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[4]!;
const line = (name: string, wall: number, processor: number): void =>
  console.log(
    `${name.padEnd(22)} ${wall.toFixed(0).padStart(5)} ms wall ${processor.toFixed(0).padStart(5)} ms processor`,
  );
console.log(`AP ${first.AP}`);
line("first", first.wall, first.processor);
line(
  "median of nine more",
  median(further.map(({ wall }) => wall)),
  median(further.map(({ processor }) => processor)),
);
