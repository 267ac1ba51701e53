/**
 * What a weighting rule costs: the time of a step under every rule, relative to uniform weights and to the T gradients alone, and the time
 * of the rule's own arithmetic.
 *
 *     npm run bench:rule-cost
 *     npm run bench:rule-cost -- --out packages/core/docs/rule-cost.md
 *     npm run bench:rule-cost -- --rounds 1 --tasks 2,8     # does everything run?
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { allRules } from "../test/support/rules.ts";
import { hostCost } from "./rule-cost/host-cost.ts";
import { markdown } from "./rule-cost/report.ts";
import { type Costs, stepCosts } from "./rule-cost/step-cost.ts";

const { values: options } = parseArgs({
  options: {
    out: { type: "string" },
    rounds: { type: "string", default: "11" },
    tasks: { type: "string", default: "2,8,32" },
  },
});
const [threads, hostTasks, hostSteps] = [2, 8, 200];
const network = { sizes: [512, 1024, 512], batch: 128 };
const rounds = Number(options.rounds);

const rules = await allRules();
const host = new Map(rules.map(([name, make]) => [name, hostCost(make, hostTasks, hostSteps)]));
const costs: Costs[] = [];
for (const tasks of options.tasks.split(",").map(Number)) {
  console.error(`${tasks} tasks, ${rules.length} rules`);
  const made = rules.map(([name, make]) => [name, make()] as const);
  costs.push(await stepCosts(made, { network, tasks, rounds, threads }));
}

const version = (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string })
  .version;
const text = markdown({
  costs,
  host,
  hostTasks,
  network: `perceptron ${network.sizes.join("-")} with one output a task, batch ${network.batch}, of a million parameters`,
  command: [
    "npm run bench:rule-cost",
    ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : []),
  ].join(" "),
  threads,
  rounds,
  version: `Node ${process.version}, onnxruntime-node ${version}`,
});
console.log(text);
if (options.out !== undefined) writeFileSync(options.out, text);
