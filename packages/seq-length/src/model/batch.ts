import { array, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Example } from "../example.ts";
import type { DecoderOptions } from "./decoder.ts";

/** Examples side by side, right-padded to one width: what the model reads, and what it is to say. */
export interface Padded {
  /** int32 [batch, width]; 0 after the end. */
  readonly tokens: NDArray;
  /** int32 [batch, width]; 0 after the end. */
  readonly positions: NDArray;
  /** int32 [batch, width]: the token that follows. */
  readonly labels: NDArray;
  /** float32 [batch, width]: 1 where the token that follows is a target. */
  readonly targets: NDArray;
}

/** How many steps the model makes for an example: its last token is only predicted. */
export const stepsOf = ({ tokens }: Example): number => tokens.length - 1;

/** What a decoder can look up: tokens 0 … vocabulary − 1, and position ids 0 … ids − 1 if its encoding has a table. */
export interface Limits {
  readonly vocabulary: number;
  readonly ids?: number;
}

export const limitsOf = ({ vocabulary, positions: { ids } }: DecoderOptions): Limits => ({
  vocabulary,
  ...(ids !== undefined && { ids }),
});

/** @throws OutriggerError `bad-data` for a token or a position id that is no whole number within the limits. */
export function checkLimits(
  { tokens, positions }: Pick<Example, "tokens" | "positions">,
  { vocabulary, ids = 2 ** 24 }: Limits,
): void {
  const beyond = (values: readonly number[], count: number): number | undefined =>
    values.find((value) => !(Number.isInteger(value) && value >= 0 && value < count));
  const token = beyond(tokens, vocabulary);
  if (token !== undefined) {
    const cure = "Give the decoder the vocabulary's size";
    throw new OutriggerError(
      "bad-data",
      `The token ${token} is none of the ${vocabulary} that the decoder knows. ${cure}.`,
      { token, vocabulary },
    );
  }
  const id = beyond(positions, ids);
  if (id === undefined) return;
  const cure = "Give the encoding a larger table, or draw smaller ids";
  throw new OutriggerError("bad-data", `The position id ${id} is none of 0 to ${ids - 1}. ${cure}.`, {
    id,
    ids,
  });
}

/**
 * Pads examples to one shape. Padding stands after the last token, where no earlier query sees it, and is never a target, so it changes
 * neither predictions nor losses.
 *
 * @param options.width steps, at least those of the longest example.
 * @param options.batch rows; further ones than there are examples are all padding. Default: one an example.
 * @param options.limits of the decoder that is to read them. Default: not checked.
 * @throws OutriggerError `shape` for an example that is too long, or whose lists do not fit together, `bad-data` for tokens or ids beyond
 * the limits.
 */
export function pad(
  examples: readonly Example[],
  options: { readonly width: number; readonly batch?: number; readonly limits?: Limits },
): Padded {
  const { width, batch = examples.length, limits } = options;
  const ids = (): Int32Array => new Int32Array(batch * width);
  const [tokens, positions, labels] = [ids(), ids(), ids()];
  const targets = new Float32Array(batch * width);
  examples.forEach((example, row) => {
    const steps = stepsOf(example);
    if (steps > width || example.positions.length !== example.tokens.length) {
      const said = `an example of ${example.tokens.length} tokens and ${example.positions.length} position ids`;
      throw new OutriggerError(
        "shape",
        `${said} does not fit into ${width} steps: ids are one a token, and a step less than tokens.`,
        {
          width,
          tokens: example.tokens.length,
        },
      );
    }
    if (limits) checkLimits(example, limits);
    const start = row * width;
    for (let i = 0; i < steps; i++) {
      tokens[start + i] = example.tokens[i]!;
      positions[start + i] = example.positions[i]!;
      labels[start + i] = example.tokens[i + 1]!;
    }
    for (const target of example.targets) targets[start + target - 1] = 1;
  });
  const shape = [batch, width];
  return {
    tokens: array(tokens, shape),
    positions: array(positions, shape),
    labels: array(labels, shape),
    targets: array(targets, shape),
  };
}
