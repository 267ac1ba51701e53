import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adam } from "@outrigger/core/optimize/adam";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { readCheckpoint, writeCheckpoint } from "@outrigger/rl-gvf/agent/checkpoint";
import { describe } from "vitest";
import { toy } from "../packages/core/test/fixtures/toy.ts";
import { smallAgent } from "../packages/rl-gvf/test/agent/setup.ts";
import { damaged } from "./support/damage.ts";
import { fault, isTyped, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();

const { model, ...data } = toy({ samples: 60 });
type Batch = Parameters<(typeof model)["apply"]>[1];
const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
  fit(model, {
    ...data,
    method: uncertainty(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 2,
    seed: 3,
    threads: 1,
    progress: "none",
    ...options,
  });

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

describe("Damaged checkpoints", async () => {
  const good = fresh();
  const half = await train({ directory: good, epochs: 1 });
  await half.dispose();
  const straight = await train({});
  await straight.dispose();

  fault("a checkpoint of fit, any bytes of it", { cases: [150, 5] }, async (random) => {
    const directory = fresh();
    cpSync(good, directory, { recursive: true });
    const path = join(directory, "checkpoint.safetensors");
    const bytes = damaged(random, readFileSync(path));
    writeFileSync(path, bytes);
    let whole: Fitted<Batch>;
    try {
      whole = await train({ directory });
    } catch (error) {
      if (isTyped(error))
        kept(readFileSync(path).equals(bytes), "the damaged file was not left for its owner to look at");
      throw error;
    }
    await whole.dispose();
    kept(same(whole.last, straight.last), "the run went on with other parameters than it had");
    kept(same(whole.history, straight.history), "the run went on with another history than it had");
  });

  const agent = smallAgent();
  await agent.update();
  const path = join(fresh(), "agent.safetensors");
  writeCheckpoint(path, { agent: agent.save(), note: { environment: "catch", seed: 1 } });
  await agent.dispose();
  const before = readCheckpoint(path);

  fault("a checkpoint of an agent, any bytes of it", { cases: [500, 10] }, (random) => {
    const other = join(fresh(), "agent.safetensors");
    writeFileSync(other, damaged(random, readFileSync(path)));
    kept(same(readCheckpoint(other), before), "the agent is another than it was");
  });
});
