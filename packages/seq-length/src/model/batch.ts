import { array, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Example } from "../example.ts";

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

/**
 * Pads examples to one shape. Padding stands after the last token, where no earlier query sees it, and is never a target, so it changes
 * neither predictions nor losses.
 *
 * @param width steps, at least those of the longest example.
 * @param batch rows; further ones than there are examples are all padding. Default: one an example.
 * @throws OutriggerError `shape` for an example that is too long, or whose lists do not fit together.
 */
export function pad(examples: readonly Example[], width: number, batch: number = examples.length): Padded {
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
