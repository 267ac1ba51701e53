import { describe, expect, it } from "vitest";
import { restriction } from "../src/auxiliary/restriction.ts";
import { whole } from "../src/auxiliary/whole.ts";
import { scoreLengths, testExamples } from "../src/evaluate/by-length.ts";
import { predictor } from "../src/evaluate/teacher-forced.ts";
import { generator } from "../src/model/generate.ts";
import { randomizedPositions } from "../src/positions/randomized.ts";
import { reversal } from "../src/task/reversal.ts";
import type { MixedTask } from "../src/train/mixture.ts";
import { trainDecoder } from "../src/train/train.ts";
import { END, vocabulary } from "../src/vocabulary.ts";
import { cpu, small } from "./small-model.ts";

const task = reversal({ symbols: 12 });
const words = vocabulary({ symbols: 12, tasks: [task.name] });
const decoder = small({ vocabulary: words.size, size: 32 });

const train = (auxiliaries: readonly MixedTask[]) =>
  trainDecoder({
    ...cpu,
    decoder,
    mixing: "steps",
    batchSize: 32,
    steps: 500,
    learningRate: 4e-3,
    seed: 0,
    tasks: [
      { name: "main", role: "primary", source: whole(task, words, { lengths: [2, 4] }) },
      ...auxiliaries,
    ],
  });
const [{ params }, alone] = [
  await train([
    {
      name: "restriction",
      role: "auxiliary",
      source: restriction(task, words, { trainLength: 4, longest: 8 }),
    },
  ]),
  await train([]),
];
const lengths = [2, 4, 6, 8];

describe("restrictions", () => {
  it("make a model that was trained up to length 4 right at length 6, where it is wrong without them", async () => {
    const exact = async (of: typeof params): Promise<number[]> => {
      const teacher = predictor(decoder, of, cpu);
      const scores = await scoreLengths(teacher, task, words, [4, 6]);
      await teacher.dispose();
      return scores.map(({ exactMatch }) => exactMatch);
    };
    const [with_, without] = [await exact(params), await exact(alone.params)];
    expect(with_[0]).toBeGreaterThan(0.9);
    expect(with_[1]).toBeGreaterThan(0.7);
    expect(without[0]).toBeGreaterThan(0.9);
    expect(without[1]).toBeLessThan(0.2);
  });
});

describe("scores by length", () => {
  const teacher = predictor(decoder, params, { ...cpu, batchSize: 10 });

  it("have the exact match of greedy generation", async () => {
    const scores = await scoreLengths(teacher, task, words, lengths, { sequences: 24 });
    const greedy = generator(decoder, params, { ...cpu, end: END });
    for (const score of scores) {
      const { length } = score;
      const examples = testExamples(task, words, length, { sequences: 24 });
      const prompts = examples.map(({ tokens, positions }) => ({
        tokens: tokens.slice(0, length + 2),
        positions,
      }));
      const said = await greedy.generate(prompts, length + 1);
      const right = said.filter(
        (tokens, i) => tokens.join() === examples[i]!.tokens.slice(length + 2).join(),
      );
      expect(score.exactMatch).toBe(right.length / 24);
      expect(score.tokenAccuracy).toBeGreaterThanOrEqual(score.exactMatch);
    }
    // Something was learned, and something is left to get wrong: else equality says nothing.
    expect(scores[0]!.exactMatch).toBeGreaterThan(0.5);
    expect(scores[3]!.exactMatch).toBeLessThan(1);
    await greedy.dispose();
  });

  it("are those of the same sequences again, and take other position ids", async () => {
    const options = { sequences: 16, seed: 4 };
    const [once, again] = [
      await scoreLengths(teacher, task, words, [4], options),
      await scoreLengths(teacher, task, words, [4], options),
    ];
    expect(once).toEqual(again);
    const placed = testExamples(task, words, 4, {
      ...options,
      place: (example, random) => randomizedPositions(example, random, 64),
    });
    expect(placed.some(({ positions }) => positions.some((id, i) => id !== i))).toBe(true);
    expect(
      placed.every(({ positions }) => positions.every((id, i) => i === 0 || id > positions[i - 1]!)),
    ).toBe(true);
  });
});
