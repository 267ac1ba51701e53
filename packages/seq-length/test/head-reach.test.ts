import { Random } from "@outrigger/core";
import { describe, expect, it } from "vitest";
import { headReach } from "../src/evaluate/head-reach.ts";
import { none } from "../src/model/position/none.ts";
import { rope } from "../src/model/position/rope.ts";
import { parityCheck } from "../src/task/parity.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import { vocabulary } from "../src/vocabulary.ts";
import { cpu, small } from "./small-model.ts";

const symbols = 30;
const length = 20;
const kept = 12;

describe.each([reversal({ symbols }), sorting({ symbols })])("heads that read $name", (task) => {
  const words = vocabulary({ symbols, tasks: [task.name] });
  const reach = (decoder = small({ vocabulary: words.size, layers: 1 }), restrictions = 200) =>
    headReach(decoder, decoder.init(Random.seeded(1, "init")), Random.seeded(2, "heads"), {
      ...cpu,
      task,
      vocabulary: words,
      length,
      kept,
      contexts: 12,
      restrictions,
    });

  it.each([rope(), none()])(
    "have in a first layer the ratio that restrictions predict: $name",
    async (positions) => {
      for (const head of await reach(small({ vocabulary: words.size, layers: 1, positions }))) {
        expect(head.predicted / head.measured).toBeGreaterThan(0.96);
        expect(head.predicted / head.measured).toBeLessThan(1.04);
        // The whole context has two to four times as many wrong tokens as a restriction.
        expect(head.measured / head.restricted).toBeGreaterThan(1.9);
      }
    },
  );

  it("are safe up to where wrong attention is expected to outweigh right attention", async () => {
    const heads = await reach(small({ vocabulary: words.size, layers: 2 }), 4);
    expect(heads.map(({ pass, head }) => [pass, head])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    // Task token, separator, the output before, its source and the next source.
    const k = 5;
    for (const { restricted, safeTokens, reading } of heads) {
      expect(((safeTokens - k) / (kept - k)) * restricted).toBeLessThan(1);
      expect(((safeTokens + 1 - k) / (kept - k)) * restricted).toBeGreaterThanOrEqual(1);
      expect(reading).toBeGreaterThan(0);
      expect(reading).toBeLessThan(1 / (1 + restricted) + 0.2);
    }
  });
});

it("refuses a task whose answer has no sparse support", async () => {
  const task = parityCheck();
  const words = vocabulary({ symbols: 2, tasks: [task.name] });
  const decoder = small({ vocabulary: words.size });
  const asked = headReach(decoder, decoder.init(Random.seeded(1, "init")), Random.seeded(2, "heads"), {
    ...cpu,
    task,
    vocabulary: words,
    length,
    kept,
  });
  await expect(asked).rejects.toMatchObject({ code: "bad-option" });
});
