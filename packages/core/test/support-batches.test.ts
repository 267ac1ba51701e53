import { column } from "@outrigger/core/data/column";
import { contextRows, contextTokens } from "@outrigger/core/data/context";
import { type Context, type Sample, supportBatches } from "@outrigger/core/data/support-batches";
import { array, type NDArray } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import { Cursor } from "@outrigger/core/train/cursor";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thrown } from "./support/errors.ts";

/** A context that writes down what it is given: the query, and k examples. */
const recorder: Context<NDArray> = {
  empty: (samples, support) =>
    array(new Int32Array(samples * (support + 1)).fill(-1), [samples, support + 1]),
  write({ data, shape }, at, { query, support }) {
    data.set([query, ...support], at * shape[1]!);
  },
};

interface Given {
  readonly rows: number;
  readonly training: number;
  readonly examples: number;
  readonly batchSize: number;
  readonly seed: number;
}
const given = fc.record<Given>({
  rows: fc.integer({ min: 40, max: 80 }),
  training: fc.integer({ min: 25, max: 39 }),
  examples: fc.integer({ min: 1, max: 9 }),
  batchSize: fc.integer({ min: 1, max: 30 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

/** Two tasks: one that labels all rows with 100 + row, one that labels two rows of five with 1000 + row. */
function problem({ rows, training, examples, batchSize, seed }: Given) {
  const all = Array.from({ length: rows }, (_, row) => row);
  const columns = {
    many: column(
      "many",
      all.map((row) => 100 + row),
    ),
    few: column(
      "few",
      all.map((row) => (row % 5 < 2 ? 1000 + row : null)),
    ),
  };
  const support = all.slice(0, training);
  const of = (queries: readonly number[]) =>
    supportBatches({ context: recorder, columns, rows: queries, support, examples, batchSize, seed });
  return {
    columns,
    support,
    train: of(support),
    held: of(all.slice(training)),
    queries: all.slice(training),
  };
}

/** Every sample of an epoch: task, query, examples and label. */
function samplesOf(batches: ReturnType<typeof problem>["train"], random: Random | null) {
  return [...batches.epoch(random)].flatMap(({ inputs, labels, masks }) =>
    Array.from({ length: inputs.shape[0]! }, (_, at) => {
      const width = inputs.shape[1]!;
      const [query, ...support] = inputs.data.slice(at * width, (at + 1) * width);
      const task = (["many", "few"] as const).filter((name) => masks[name]!.data[at] === 1);
      const told = { many: labels["many"]!.data[at]!, few: labels["few"]!.data[at]! };
      return { task, query: query!, support, told };
    }),
  );
}

describe("support examples", () => {
  it("are labelled training rows of the query's task, all different, and never the query", () => {
    fc.assert(
      fc.property(given, (one) => {
        const { columns, support, train, held } = problem(one);
        for (const [batches, random] of [
          [train, Random.seeded(one.seed, "shuffle")],
          [train, null],
          [held, Random.seeded(one.seed, "shuffle")],
          [held, null],
        ] as const) {
          const samples = samplesOf(batches, random);
          expect(samples).toHaveLength(batches.size * one.batchSize);
          for (const { task, query, support: shown, told } of samples.filter((s) => s.task.length > 0)) {
            const [name] = task;
            expect(task).toHaveLength(1);
            expect(shown).toHaveLength(one.examples);
            expect(new Set([query, ...shown]).size).toBe(one.examples + 1);
            expect(shown.every((row) => support.includes(row) && columns[name!].mask[row] === 1)).toBe(true);
            expect(told).toEqual({ many: 0, few: 0, [name!]: columns[name!].values[query] });
          }
          for (const padding of samples.filter((s) => s.task.length === 0)) {
            expect(padding).toEqual({
              task: [],
              query: -1,
              support: padding.support,
              told: { many: 0, few: 0 },
            });
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("stand before every labelled row of every task, once an epoch", () => {
    fc.assert(
      fc.property(given, (one) => {
        const { columns, held, queries } = problem(one);
        const found = samplesOf(held, Random.seeded(one.seed, "shuffle")).flatMap(({ task, query }) =>
          task.map((name) => `${name} ${query}`),
        );
        const wanted = (["many", "few"] as const).flatMap((name) =>
          queries.filter((row) => columns[name].mask[row] === 1).map((row) => `${name} ${row}`),
        );
        expect(found.sort()).toEqual(wanted.sort());
        expect(held.samples).toBe(wanted.length);
      }),
      { numRuns: 25 },
    );
  });

  it("follow from the stream's state alone: new in the next epoch, the same again from the same state", () => {
    const { train } = problem({ rows: 60, training: 35, examples: 4, batchSize: 7, seed: 0 });
    const stream = Random.seeded(3, "shuffle");
    const [first, second] = [samplesOf(train, stream), samplesOf(train, stream)];
    const byQuery = (samples: typeof first): string[] => samples.map((s) => JSON.stringify(s)).sort();
    expect(byQuery(second)).not.toEqual(byQuery(first));
    expect(samplesOf(train, Random.seeded(3, "shuffle"))).toEqual(first);
    expect(samplesOf(train, null)).toEqual(samplesOf(train, null));
  });

  it("are those of an undisturbed run after a stop in the middle of an epoch", () => {
    const { train } = problem({ rows: 60, training: 35, examples: 4, batchSize: 7, seed: 0 });
    const whole = new Cursor(train, Random.seeded(3, "shuffle"));
    const taken = Array.from({ length: 11 }, () => whole.next());
    const again = new Cursor(train, Random.seeded(4, "other"));
    again.restore(JSON.parse(JSON.stringify(whole.position)) as typeof whole.position);
    expect(Array.from({ length: 9 }, () => again.next())).toEqual(
      Array.from({ length: 9 }, () => whole.next()),
    );
    expect(taken.filter((batch) => batch === undefined).length).toBeGreaterThan(0);
  });

  it("are refused where there are too few, or nothing to ask", () => {
    const labels = column("y", [1, 2, 3, null]);
    const of = (rows: number[], support: number[], examples: number) => (): unknown =>
      supportBatches({ context: recorder, columns: { y: labels }, rows, support, examples, batchSize: 2 });
    expect(of([0, 1, 2], [0, 1, 2], 2)()).toBeDefined();
    expect(thrown(of([0, 1, 2], [0, 1, 2], 3)).message).toContain('"y" has 2 labelled rows');
    expect(of([3, 0], [1, 2], 2)()).toBeDefined();
    expect(thrown(of([3], [1, 2], 2)).code).toBe("bad-data");
    expect(thrown(of([0], [1, 2], 0)).code).toBe("bad-option");
  });
});

describe("a context", () => {
  const labels = column("y", [5, 6, 7, 8]);
  const sample: Sample = { query: 2, support: [3, 0], labels };

  it("of rows holds the examples' labels and not the query's", () => {
    const context = contextRows(array([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]));
    const inputs = context.empty(2, 2);
    context.write(inputs, 1, sample);
    expect(inputs.shape).toEqual([2, 3, 4]);
    expect([...inputs.data]).toEqual([...new Array(12).fill(0), 7, 8, 8, 1, 1, 2, 5, 1, 5, 6, 0, 0]);
  });

  it("of tokens puts them one behind the other, without the padding between", () => {
    const tokens = array(new Int32Array([1, 0, 0, 2, 0, 3, 4, 4, 4, 0, 0, 0]), [4, 3]);
    const write = (separator?: number) => {
      const context = contextTokens(tokens, {
        labelToken: (label) => 10 * label,
        ...(separator && { separator }),
      });
      const inputs = context.empty(1, 2);
      context.write(inputs, 0, sample);
      return [[...inputs.tokens.data], [...inputs.mask.data]];
    };
    expect(write()).toEqual([
      [80, 1, 50, 4, 4, 4, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    ]);
    expect(write(99)[0]).toEqual([80, 99, 1, 50, 99, 4, 4, 4, 0, 0, 0, 0, 0]);
    expect(thrown(() => contextTokens(array([1, 2], [1, 2]), { labelToken: () => 1 })).code).toBe("shape");
  });
});
