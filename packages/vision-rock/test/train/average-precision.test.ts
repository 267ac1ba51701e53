import { array } from "@outrigger/core/graph/array";
import { describe, expect, it } from "vitest";
import { orderedBatches } from "../../src/batch/detection-batches.ts";
import { detectionTask } from "../../src/loss/detection-loss.ts";
import { priorBoxes } from "../../src/prior/prior-boxes.ts";
import { areasOf, measuredDetection } from "../../src/train/average-precision-task.ts";
import { names, roomsFrom } from "./setup.ts";

const map = { height: 6, width: 8 };
const priors = priorBoxes([{ ...map, scale: 0.2, nextScale: 0.5, ratios: [2, 3] }]);
const classes = names.classes.length;
const rooms = roomsFrom(1, 5, { width: 64, height: 48 }).map((sample, i) =>
  i === 2 ? { ...sample, has: { ...sample.has, detection: false } } : sample,
);

/** The AP of a detector that says of each batch what `say` makes of its targets; numbers as core's evaluation reads them. */
function measure(say: (label: number, p: number) => number): Record<string, number | null> {
  const task = detectionTask({ priors, classes });
  const measured = measuredDetection(task, priors, names.classes);
  const batches = measured.batches(orderedBatches(rooms, { priors, map, batchSize: 2 }), rooms);
  const rows: { prediction: number[]; label: number[] } = { prediction: [], label: [] };
  for (const batch of batches.epoch(null)) {
    const width = 5 + classes;
    const output = new Float32Array(2 * priors.count * width);
    for (let p = 0; p < 2 * priors.count; p++) {
      output.set(batch.offsets.data.slice(4 * p, 4 * p + 4), p * width);
      output[p * width + 4 + say(batch.classes.data[p]!, p)] = 12;
    }
    const predicted = measured.task.predict!(array(output, [2, priors.count, width]));
    measured.task.labels!(batch).forEach((label, i) => {
      if (Number.isNaN(label)) return;
      rows.prediction.push(predicted[i]!);
      rows.label.push(label);
    });
  }
  expect(rows.prediction).toEqual(rows.label);
  const split = { prediction: Float64Array.from(rows.prediction), label: Float64Array.from(rows.label) };
  return Object.fromEntries(measured.task.metrics!.map((metric) => [metric.name, metric.compute(split)]));
}

describe("AP as a task's metric", () => {
  it("is 100 for a detector that knows the targets, pictures without annotation and padding left out", () => {
    const { AP, AP50, AP75, AR } = measure((label) => Math.max(0, label));
    expect([AP, AP50, AP75, AR].map((x) => Math.round(x!))).toEqual([100, 100, 100, 100]);
  });

  it("is 0 for one that finds nothing, and for one that takes every class for the next", () => {
    expect(measure(() => 0)["AP"]).toBe(0);
    expect(measure((label) => (label > 0 ? 1 + (label % classes) : 0))["AP"]).toBeLessThan(30);
  });

  it("has three sizes that share the picture between them", () => {
    const { small, medium, large } = areasOf({ width: 128, height: 96 });
    expect(small![1]).toBe(medium![0]);
    expect(medium![1]).toBe(large![0]);
    expect(Math.sqrt(small![1])).toBeCloseTo(17.5, 1);
    expect(Math.sqrt(large![0])).toBeCloseTo(35.1, 1);
  });
});
