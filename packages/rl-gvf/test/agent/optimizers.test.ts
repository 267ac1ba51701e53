import { fusedUpdate } from "@outrigger/core/optimize/fused-update";
import { expect, test } from "vitest";
import { innerAdam, innerRmsprop } from "../../src/agent/optimizers.ts";

const gradients = [0.3, -1.2, 0.004, 2];

test("RMSProp has its epsilon inside the root and no correction of the first steps", () => {
  const { param, gradient, update } = fusedUpdate(innerRmsprop({ learningRate: 7e-4 }), 1);
  param[0] = 0.5;
  let theta = 0.5;
  let square = 0;
  for (const [i, g] of gradients.entries()) {
    gradient[0] = g;
    update(i + 1);
    square = 0.99 * square + 0.01 * g * g;
    theta -= (7e-4 * g) / Math.sqrt(square + 1e-5);
    expect(param[0]).toBeCloseTo(theta, 6);
  }
});

test("Adam has one epsilon inside the root, one outside, and corrects the second moment", () => {
  const { param, gradient, update } = fusedUpdate(innerAdam({ learningRate: 7e-4, epsilon: 1e-3 }), 1);
  param[0] = 0.5;
  let theta = 0.5;
  let square = 0;
  for (const [i, g] of gradients.entries()) {
    gradient[0] = g;
    update(i + 1);
    square = 0.99 * square + 0.01 * g * g;
    theta -= (7e-4 * g) / (Math.sqrt(square / (1 - 0.99 ** (i + 1)) + 1e-3) + 1e-8);
    expect(param[0]).toBeCloseTo(theta, 6);
  }
});

test("what has no gradient does not move, so that a step of one loss leaves the heads of others alone", () => {
  for (const optimizer of [innerRmsprop({ learningRate: 1 }), innerAdam({ learningRate: 1 })]) {
    const { param, update } = fusedUpdate(optimizer, 1);
    param[0] = 0.25;
    update(1);
    update(2);
    expect(param[0]).toBe(0.25);
  }
});
