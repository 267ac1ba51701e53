import { OutriggerError } from "../error.ts";
import { array, type NDArray } from "../graph/array.ts";
import type { Context } from "./support-batches.ts";

/**
 * Rows of features in context: inputs [N, D] become [samples, k + 1, D + 2], the query last. Behind its features a row has its label and
 * a 1; the query has two zeros there.
 *
 * @throws OutriggerError "shape" for inputs that are not float32 [N, D]
 */
export function contextRows(inputs: NDArray): Context<NDArray> {
  const [, width] = matrix(inputs, "float32", "contextRows");
  const wide = width + 2;
  return {
    empty: (samples, support) =>
      array(new Float32Array(samples * (support + 1) * wide), [samples, support + 1, wide]),
    write({ data }, at, { query, support, labels }) {
      const rows = [...support, query];
      const start = at * rows.length * wide;
      for (const [i, row] of rows.entries()) {
        data.set(inputs.data.subarray(row * width, (row + 1) * width), start + i * wide);
        if (i < support.length) data.set([labels.values[row]!, 1], start + i * wide + width);
      }
    },
  };
}

/** Tokens of a batch, and where there are any. */
export interface ContextTokens {
  /** int32 [samples, time]. */
  readonly tokens: NDArray;
  /** float32 [samples, time]: 1 where a token is, 0 behind the last. */
  readonly mask: NDArray;
  readonly [name: string]: NDArray;
}

export interface ContextTokensOptions {
  /** The token that stands for a label. */
  readonly labelToken: (label: number) => number;
  /** Fills rows of `inputs` at their end. Default 0. */
  readonly pad?: number;
  /** Stands after every label. Default: nothing does. */
  readonly separator?: number;
}

/**
 * Sequences of tokens in context: x₁ y₁ x₂ y₂ … x_{k+1} without their padding, one behind the other, then padded to the greatest length there
 * can be, (k + 1) L + k, and k more with separators. Inputs are [N, L].
 *
 * @throws OutriggerError "shape" for inputs that are not int32 [N, L]
 */
export function contextTokens(
  inputs: NDArray,
  { labelToken, pad = 0, separator }: ContextTokensOptions,
): Context<ContextTokens> {
  const [, length] = matrix(inputs, "int32", "contextTokens");
  const behind = separator === undefined ? 1 : 2;
  const tokensOf = (row: number): readonly number[] => {
    const tokens = [...inputs.data.subarray(row * length, (row + 1) * length)];
    return tokens.slice(0, tokens.findLastIndex((token) => token !== pad) + 1);
  };
  return {
    empty(samples, support) {
      const shape = [samples, (support + 1) * length + support * behind];
      const size = shape[0]! * shape[1]!;
      return {
        tokens: array(new Int32Array(size).fill(pad), shape),
        mask: array(new Float32Array(size), shape),
      };
    },
    write({ tokens, mask }, at, { query, support, labels }) {
      const all = support.flatMap((row) => [
        ...tokensOf(row),
        labelToken(labels.values[row]!),
        ...(separator === undefined ? [] : [separator]),
      ]);
      all.push(...tokensOf(query));
      const start = at * tokens.shape[1]!;
      tokens.data.set(all, start);
      mask.data.fill(1, start, start + all.length);
    },
  };
}

function matrix(
  { shape, dtype }: NDArray,
  wanted: NDArray["dtype"],
  name: string,
): readonly [number, number] {
  if (shape.length === 2 && dtype === wanted) return [shape[0]!, shape[1]!];
  const said = `${name}: the inputs are ${dtype} [${shape.join(", ")}], but must be ${wanted} [rows, width]`;
  throw new OutriggerError("shape", `${said}.`, { shape, dtype });
}
