/**
 * Prints agent steps a second of A2C with 784 questions, and alone, on boards of Breakout's size: 16 environments, 20 steps an update, acting
 * and learning, beside the same in PyTorch (bench/peers/a2c.py) on as many threads. Environments cost nothing in both: observations, rewards
 * and ends were drawn beforehand. Rounds alternate, each of 40 updates, after one to warm up; medians, and the median of the rounds' ratios.
 *
 *     PYTHON=.venv/bin/python node --conditions=@outrigger/source --import tsx packages/rl-gvf/bench/speed/agent.ts [threads]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { Random } from "@outrigger/core/random";
import { type AgentOptions, createAgent } from "../../src/agent/agent.ts";
import type { AgentEnvironments } from "../../src/agent/environments.ts";
import { questions } from "../../src/agent/questions.ts";
import { torsoSettings } from "../../src/agent/torso.ts";
import { questionNetwork, seededChoices } from "../../src/question/network.ts";

const COUNT = 16;
const STEPS = 20;
const UPDATES = 40;
const ROUNDS = 9;
const CHANNELS = 4;
const ACTIONS = 6;
const threads = Number(process.argv[2] ?? 2);
const python = process.env["PYTHON"];

interface Contender {
  /** Milliseconds of each of so many updates. */
  run(updates: number): Promise<number[]>;
  close(): Promise<void>;
}

/** Boards and ends drawn beforehand, one after the other. */
function drawn(): AgentEnvironments {
  const random = Random.seeded(1, "boards");
  const size = COUNT * 100 * CHANNELS;
  const boards = Array.from({ length: 64 }, () => ({
    observations: Float32Array.from({ length: size }, () => (random.uniform() < 0.05 ? 1 : 0)),
    rewards: Float32Array.from({ length: COUNT }, () => (random.uniform() < 0.05 ? 1 : 0)),
    ends: Uint8Array.from({ length: COUNT }, () => (random.uniform() < 0.02 ? 1 : 0)),
  }));
  let clock = 0;
  return {
    name: "drawn",
    count: COUNT,
    observation: { shape: [10, 10, CHANNELS], dtype: "uint8", low: 0, high: 1 },
    actions: Array.from({ length: ACTIONS }, (_, a) => `${a}`),
    reset: ({ observations }) => observations.set(boards[0]!.observations),
    step(_, { observations, rewards, terminated }) {
      const board = boards[clock++ % boards.length]!;
      observations.set(board.observations);
      rewards.set(board.rewards);
      terminated.set(board.ends);
      return [];
    },
  };
}

function ours(auxiliaries: AgentOptions["auxiliaries"]): Contender {
  const agent = createAgent({
    environments: drawn(),
    seed: 1,
    steps: STEPS,
    network: { torso: torsoSettings.minatar },
    auxiliaries,
    compile: { threads },
  });
  return {
    async run(updates) {
      const times: number[] = [];
      for (let i = 0; i < updates; i++) {
        const start = performance.now();
        await agent.update();
        times.push(performance.now() - start);
      }
      return times;
    },
    close: () => agent.dispose(),
  };
}

function pytorch(network: unknown): Contender {
  const child = spawn(python!, [new URL("../peers/a2c.py", import.meta.url).pathname], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.write(`${JSON.stringify({ network, threads, channels: CHANNELS, actions: ACTIONS })}\n`);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async run(updates) {
      child.stdin.write(`${JSON.stringify({ updates })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("The PyTorch twin ended; what it printed stands above.");
      return (JSON.parse(value) as { ms: number[] }).ms;
    },
    async close() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rate = (ms: number): string => Math.round((COUNT * STEPS * 1000) / ms).toLocaleString("en");

const network = questionNetwork(
  { features: 16, actions: ACTIONS },
  seededChoices(Random.seeded(1, "questions")),
);
const kinds = {
  [`A2C + ${network.feature.length} questions`]: { auxiliaries: [questions()], network },
  "A2C alone": { auxiliaries: [], network: null },
};
console.log(
  `${cpus()[0]?.model}, node ${process.version}, ${threads} threads, load ${loadavg()[0]?.toFixed(1)}; agent steps a second`,
);
for (const [name, kind] of Object.entries(kinds)) {
  const own = ours(kind.auxiliaries);
  const other = python ? pytorch(kind.network) : undefined;
  const rounds: { own: number; other: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times = {
      own: median(await own.run(UPDATES)),
      other: other ? median(await other.run(UPDATES)) : 0,
    };
    if (round > 0) rounds.push(times);
  }
  await own.close();
  await other?.close();
  const ms = median(rounds.map((one) => one.own));
  const said = `${name.padEnd(22)} ${rate(ms)} (${ms.toFixed(1)} ms an update)`;
  const theirs = median(rounds.map((one) => one.other));
  const ratio = median(rounds.map((one) => one.other / one.own)).toFixed(2);
  console.log(other ? `${said}; PyTorch ${rate(theirs)} (${theirs.toFixed(1)} ms); ${ratio} times` : said);
}
