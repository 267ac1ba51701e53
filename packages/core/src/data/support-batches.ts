import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { Random } from "../random.ts";
import type { Batches } from "../train/model.ts";
import { chunks, type HostColumnBatch } from "./batches.ts";
import type { Column } from "./column.ts";

/** How labelled examples and a query become one input; `contextRows` and `contextTokens` make one. */
export interface Context<I extends Tree<NDArray>> {
  /** Inputs of so many samples, of `support` examples and a query each, with nothing in them. */
  empty(samples: number, support: number): I;
  /** Writes sample `at`: the examples with their labels, and the query without its own. */
  write(inputs: I, at: number, sample: Sample): void;
}

/** One query, and what is put before it. */
export interface Sample {
  readonly query: number;
  /** Rows of the examples, in their order. */
  readonly support: readonly number[];
  /** The task's labels. */
  readonly labels: Column;
}

export interface SupportOptions<I extends Tree<NDArray>> {
  readonly context: Context<I>;
  /** One column of N labels a task; key = task name. */
  readonly columns: { readonly [task: string]: Column };
  /** The queries of this split: each labelled row once for every task that labels it. */
  readonly rows: Iterable<number>;
  /** Rows that examples are drawn from: those of training. */
  readonly support: Iterable<number>;
  /** k, examples before every query. */
  readonly examples: number;
  readonly batchSize: number;
  /** Decides the examples in fixed order, where no stream is given. Default 0. */
  readonly seed?: number;
}

/**
 * Batches for learning in context: before every query stand k labelled examples of its task, (x₁, y₁, …, x_k, y_k, x_{k+1}), and the loss is that
 * of the query's label alone. Tasks share an epoch: a sample is a task and a row that it labels, has mask 1 for this task, and 0 for
 * all others.
 *
 * Examples are drawn without replacement from the rows of `support` that have a label of the task, and are never the query itself. With a
 * stream they are new in every epoch and follow from its state; in fixed order they are always the same. Give all splits the
 * training rows as `support`, so that no label of validation or test is ever shown.
 *
 * Cost: k + 1 times the reading of plain batches; the last batch is padded with zeros of mask 0.
 *
 * Paper: Min, Lewis, Zettlemoyer and Hajishirzi, "MetaICL: Learning to Learn In Context", NAACL 2022, https://arxiv.org/abs/2110.15943, of which
 * this is how batches are made. Differences: only its direct form, where the input comes before the label; tasks come as often as they
 * have labels, where the paper draws a task first.
 *
 * @throws OutriggerError "bad-option" for counts that are no positive integers, "bad-data" for a split without a label, or a task with fewer
 * examples than k besides the query.
 *
 * @example
 * const of = (rows) => supportBatches({ context: contextRows(inputs), columns, rows, support: split.train, examples: 8, batchSize: 32 });
 * const [train, validation] = [of(split.train), of(split.validation)];
 */
export function supportBatches<I extends Tree<NDArray>>(
  options: SupportOptions<I>,
): Batches<HostColumnBatch<I>> {
  const { context, columns, examples, batchSize, seed = 0 } = options;
  for (const [name, value] of Object.entries({ examples, batchSize })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new OutriggerError("bad-option", `${name} must be a positive integer, not ${value}.`, {
      [name]: value,
    });
  }
  const rows = [...options.rows];
  const support = [...new Set(options.support)];
  const tasks = Object.entries(columns).map(([name, labels]) => {
    const labelled = support.filter((row) => labels.mask[row] === 1);
    return { name, labels, labelled, queries: rows.filter((row) => labels.mask[row] === 1) };
  });
  const samples = tasks.flatMap(({ queries }, k) => queries.map((query) => [k, query] as const));
  if (samples.length === 0) {
    throw new OutriggerError(
      "bad-data",
      "No task has a label in the split. Check how the data were split.",
      {},
    );
  }
  for (const { name, labelled, queries } of tasks) {
    const members = new Set(labelled);
    const found = labelled.length - (queries.some((row) => members.has(row)) ? 1 : 0);
    if (queries.length === 0 || found >= examples) continue;
    const said = `Task "${name}" has ${found} labelled rows of support besides a query, but ${examples} examples are wanted`;
    throw new OutriggerError("bad-data", `${said}. Ask for fewer, or leave the task out.`, {
      task: name,
      found,
    });
  }
  const order = samples.map((_, i) => i);

  return {
    size: Math.ceil(samples.length / batchSize),
    samples: samples.length,
    *epoch(random) {
      const stream = random ?? Random.seeded(seed, "support");
      for (const chunk of chunks(order, batchSize, random)) {
        const inputs = context.empty(batchSize, examples);
        const zeros = (): Record<string, NDArray> =>
          Object.fromEntries(
            tasks.map(({ name }) => [
              name,
              { dtype: "float32", shape: [batchSize], data: new Float32Array(batchSize) },
            ]),
          );
        const [labels, masks] = [zeros(), zeros()];
        for (const [at, i] of chunk.entries()) {
          const [k, query] = samples[i]!;
          const { name, labels: column, labelled } = tasks[k]!;
          context.write(inputs, at, {
            query,
            support: drawn(labelled, examples, query, stream),
            labels: column,
          });
          labels[name]!.data[at] = column.values[query]!;
          masks[name]!.data[at] = 1;
        }
        yield { inputs, labels, masks };
      }
    },
  };
}

/** So many different rows, none of them the query: drawn again where one comes twice, or all put in order where these are most of them. */
function drawn(from: readonly number[], count: number, query: number, random: Random): number[] {
  if (2 * (count + 1) > from.length) {
    const all = random.permutation(from.length).map((i) => from[i]!);
    return all.filter((row) => row !== query).slice(0, count);
  }
  const chosen = new Set<number>();
  while (chosen.size < count) {
    const row = from[random.integer(from.length)]!;
    if (row !== query) chosen.add(row);
  }
  return [...chosen];
}
