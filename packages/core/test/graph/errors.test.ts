import { randomMask } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { toy } from "../fixtures/toy.ts";
import { refused } from "../support/errors.ts";
import { stepper } from "../support/stepper.ts";

const { model, train } = toy({ dropout: 0 });
const batch = train.epoch(null)[Symbol.iterator]().next().value!;
const dropout = (): Random => Random.seeded(3, "dropout");

describe.each([
  ["host", 1],
  ["device", 2],
])("a loss that is not finite, where the %s keeps the parameters", (_, stepsPerCall) => {
  it("names task, step, op and line, with the random masks of that step", async () => {
    const broken: typeof model = {
      ...model,
      apply(params, inputs, mode) {
        const outputs = model.apply(params, inputs, mode);
        const mask = randomMask([32, 1], 0.5);
        return { ...outputs, a: tf.add(outputs.a!, tf.log(mask)) };
      },
    };
    const streams = { dropout: dropout(), method: dropout(), dev: dropout(), other: dropout() };
    const run = stepper({ model: broken, stepsPerCall, streams });
    const drawn = new Float32Array(32);
    dropout().bernoulli(drawn, 0.5);
    const error = await refused(run.run(batch, 0));
    await run.dispose();
    expect(error.code).toBe("non-finite");
    expect(error.message).toContain('task "a"');
    expect(error.message).toContain("step 0");
    expect(error.message).toMatch(/-Infinity from log at \S*errors\.test\.ts:23:/);
    expect(error.message).toContain(`${drawn.filter((value) => value === 0).length} zeros`);
  });
});
