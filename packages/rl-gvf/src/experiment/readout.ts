import { array, type CompileOptions, compile, type NDArray, type Tree } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import { createAgent } from "../agent/agent.ts";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { innerAdam, innerRmsprop } from "../agent/optimizers.ts";
import { gridProcess, readoutGrid } from "../diagnostic/readout-grid.ts";
import { seededVector } from "../environment/seeded-vector.ts";
import { stateValues } from "../question/chain.ts";
import { valueError } from "./value-error.ts";

export interface ReadoutOptions {
  readonly seed: number;
  readonly auxiliaries: readonly MakeAuxiliary[];
  /** Agent steps. */
  readonly steps: number;
  /** Width of the features. */
  readonly width: number;
  /** How often the error is measured on the way. */
  readonly points: number;
  readonly compile?: Omit<CompileOptions, "random">;
  progress?(fraction: number): void;
}

const COUNT = 16;
const DISCOUNT = 0.99;

/**
 * Features of the read-out grid, one dense layer with rectifiers, learnt by auxiliaries alone under the uniform policy; then, as often as
 * wanted, the error of the best linear read-out of that policy's exact values (`valueError`) over all cells but the goal.
 *
 * No value is learnt: the read-out is solved, so that no step size decides.
 */
export async function readoutErrors(options: ReadoutOptions): Promise<number[]> {
  const { seed, auxiliaries, steps, width, points, compile: runtime } = options;
  const environments = seededVector((random) => readoutGrid({ random: random("grid") }), {
    count: COUNT,
    seed,
  });
  const agent = createAgent({
    environments,
    seed,
    network: { torso: { convolutions: [], hidden: width }, hidden: 1, stopGradient: true },
    auxiliaries,
    // The policy stays as it is: uniform, below.
    controlOptimizer: innerRmsprop({ learningRate: 0 }),
    // One-hot inputs: a weight is seen every 80th step, and its gradients are far below the paper's ε.
    auxiliaryOptimizer: innerAdam({ learningRate: 2e-3, epsilon: 1e-10 }),
    compile: runtime,
  });
  const { output } = agent.params.control as { output: Record<"kernel" | "bias", NDArray> };
  output.kernel.data.fill(0);
  output.bias.data.fill(0);

  const process = gridProcess();
  const exact = stateValues(process, { discount: DISCOUNT });
  // Nothing follows the goal: its value of 0 says nothing about the neighbourhood.
  const goal = exact.findIndex((_, cell) =>
    process.continuing.every((rows) => rows[cell]!.every((probability) => probability === 0)),
  );
  const cells = exact.flatMap((_, cell) => (cell === goal ? [] : [cell]));
  const side = Math.round(Math.sqrt(exact.length));
  const boards = new Float32Array(cells.length * exact.length);
  for (const [row, cell] of cells.entries()) boards[row * exact.length + cell] = 1;
  const observations = array(boards, [cells.length, side, side, 1]);
  const represent = compile(
    ((trunk: Tree<Tensor>, x: Tensor) => agent.network.represent(trunk, { observations: x })) as never,
    runtime,
  );
  const measure = async (): Promise<number> => {
    const { data } = (await represent(agent.params.trunk, observations)) as NDArray;
    const rows = cells.map((_, row) => [...data.subarray(row * width, (row + 1) * width)]);
    return valueError(
      rows,
      cells.map((cell) => exact[cell]!),
    );
  };
  const errors: number[] = [];
  for (let point = 1; point <= points; point++) {
    while (agent.steps < (steps * point) / points) await agent.update();
    errors.push(await measure());
    options.progress?.(point / points);
  }
  await represent.dispose();
  await agent.dispose();
  return errors;
}
