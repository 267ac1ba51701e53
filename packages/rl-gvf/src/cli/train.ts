import { join } from "node:path";
import type { Command } from "commander";
import type { UpdateReport } from "../agent/agent.ts";
import { readCheckpoint, writeCheckpoint } from "../agent/checkpoint.ts";
import { RlGvfError } from "../error.ts";
import { eventWriter, type Scalars } from "./events.ts";
import { agentOf, algorithmNames, armNames, environmentNames, type RunOptions, whole } from "./setup.ts";

interface TrainFlags {
  readonly env: string;
  readonly algorithm: string;
  readonly method: string;
  readonly seed: number;
  readonly steps: number;
  readonly envs: number;
  readonly memory: number;
  readonly out: string;
  readonly every: number;
}

export function addTrain(program: Command): void {
  program
    .command("train")
    .description("Train an agent; a run that is there already is continued, bit for bit.")
    .requiredOption("--env <name>", environmentNames.join(", "))
    .option("--algorithm <name>", `what learns policy and value: ${algorithmNames.join(", ")}`, "a2c")
    .option("--method <name>", `what is learnt besides (a2c: nothing): ${armNames.join(", ")}`, "random GVFs")
    .option("--seed <n>", "of everything", whole("seed", 0), 1)
    .option("--steps <n>", "agent steps in all", whole("steps"), 1_000_000)
    .option("--envs <n>", "environments stepped together", whole("envs"), 16)
    .option("--memory <n>", "units of a recurrent layer, 0: none", whole("memory", 0), 0)
    .option("--out <folder>", "checkpoint and TensorBoard events", "runs/rl-gvf")
    .option("--every <n>", "agent steps between checkpoints", whole("every"), 50_000)
    .action(train);
}

async function train(flags: TrainFlags): Promise<void> {
  const { env: environment, algorithm, method: arm, seed, envs: count, memory, steps, out, every } = flags;
  const options: RunOptions = { environment, algorithm, arm, seed, count, memory };
  const path = join(out, "agent.safetensors");
  const saved = readCheckpoint<RunOptions>(path);
  if (saved && JSON.stringify(saved.note) !== JSON.stringify(options)) {
    throw new RlGvfError(
      "bad-option",
      `${path} is of a run with ${JSON.stringify(saved.note)}: give the same options, or another --out.`,
    );
  }
  const agent = agentOf(options);
  if (saved) agent.load(saved.agent);
  const write = eventWriter(join(out, "events.out.tfevents.outrigger-rl"), agent.steps);
  const live = process.stderr.isTTY;
  const started = { at: performance.now(), steps: agent.steps };
  let games: UpdateReport["episodes"][number][] = [];
  let checkpoint = agent.steps;
  let said = started.at;
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.once("SIGINT", stop);
  while (agent.steps < steps && !interrupt.signal.aborted) {
    const report = await agent.update();
    games = [...games, ...report.episodes].slice(-100);
    const rate = ((agent.steps - started.steps) * 1000) / (performance.now() - started.at);
    write(report.steps, scalarsOf(report, rate));
    if (performance.now() - said > (live ? 500 : 10_000)) {
      said = performance.now();
      const mean = games.reduce((sum, game) => sum + game.return / games.length, 0);
      const line = `${report.steps} of ${steps} steps, ${Math.round(rate)} a second, return ${games.length > 0 ? mean.toFixed(2) : "unknown"}`;
      process.stderr.write(live ? `\r${line}\u001b[K` : `${line}\n`);
    }
    if (agent.steps - checkpoint < every) continue;
    writeCheckpoint(path, { agent: agent.save(), note: options });
    checkpoint = agent.steps;
  }
  process.removeListener("SIGINT", stop);
  writeCheckpoint(path, { agent: agent.save(), note: options });
  await agent.dispose();
  process.stderr.write(
    `${live ? "\n" : ""}${interrupt.signal.aborted ? "Stopped" : "Done"} at ${agent.steps} steps: ${path}\n`,
  );
}

/** CleanRL's names for what it has names for; the losses of auxiliaries stand beside its losses. */
function scalarsOf({ losses, episodes }: UpdateReport, rate: number): Scalars {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const named = Object.entries(losses).map(([name, value]) => {
    const known = ["policy", "value"].includes(name) ? `${name}_loss` : name;
    return [`losses/${known}`, value] as const;
  });
  return {
    "charts/SPS": Math.round(rate),
    ...(episodes.length > 0 && {
      "charts/episodic_return": mean(episodes.map((game) => game.return)),
      "charts/episodic_length": mean(episodes.map(({ length }) => length)),
    }),
    ...Object.fromEntries(named),
  };
}
