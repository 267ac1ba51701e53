import {
  array,
  compile,
  gradients,
  leaves,
  type NDArray,
  Random,
  type Tree,
  unflatten,
} from "@outrigger/core";
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { type Box, boxIou } from "../../src/box.ts";
import { detections } from "../../src/detector/detect.ts";
import { smallSsd } from "../../src/detector/presets.ts";
import { detectionTask } from "../../src/loss/detection-loss.ts";
import { matchPriors } from "../../src/prior/match.ts";

const size = { width: 64, height: 48 };
const map = { height: 6, width: 8, channels: 16 };
const pictures: readonly { readonly boxes: readonly Box[]; readonly categories: readonly number[] }[] = [
  {
    boxes: [
      [2, 4, 20, 16],
      [30, 10, 25, 34],
    ],
    categories: [0, 2],
  },
  { boxes: [], categories: [] },
  { boxes: [[10, 20, 40, 24]], categories: [1] },
];

/** Steps of one size for every parameter, against the sign of its slope: enough to learn three pictures by heart. */
async function learned(negatives: "mined" | "all" | "focal"): Promise<{ losses: number[]; output: NDArray }> {
  const detector = smallSsd({ map, classes: 3 });
  const { priors, head } = detector;
  const task = detectionTask({ priors, classes: 3, negatives });
  const random = Random.seeded(1, negatives);
  const maps = array(
    Float32Array.from({ length: pictures.length * 768 }, () => random.normal()),
    [pictures.length, map.height, map.width, map.channels],
  );
  const targets = pictures.map(({ boxes, categories }) => matchPriors(priors, boxes, categories, size));
  const classes = array(Float32Array.from(targets.flatMap((one) => [...one.classes])), [3, priors.count]);
  const offsets = array(Float32Array.from(targets.flatMap((one) => [...one.offsets])), [3, priors.count, 4]);
  const step = compile((params: Tree<Tensor>, rate: Tensor, x: Tensor, labels: Tensor, boxes: Tensor) => {
    const output = head.apply(params, x, { training: true });
    const masks = { detection: tf.ones([3]) as Tensor1D };
    const batch = { classes: labels as Tensor2D, offsets: boxes as Tensor3D, masks } as DetectionBatch;
    const loss = tf.mean(task.loss(output, batch).values) as Scalar;
    const slopes = leaves(gradients([loss], params)[0]!);
    const moved = leaves(params).map((leaf, k) => tf.sub(leaf, tf.mul(tf.sign(slopes[k]!), rate)));
    return { params: unflatten(params, moved), loss, output };
  });
  let params: Tree<NDArray> = head.init(random);
  let output = maps;
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) {
    const rate = array(Float32Array.of(0.01 * (1 - k / STEPS)), []);
    const found = await step(params, rate, maps, classes, offsets);
    const next = found as { params: Tree<NDArray>; loss: NDArray; output: NDArray };
    params = next.params;
    output = next.output;
    losses.push(next.loss.data[0]!);
  }
  await step.dispose();
  return { losses, output };
}

const STEPS = 80;

test.each(["mined", "all", "focal"] as const)(
  "with %s, pictures learned by heart have their boxes",
  async (negatives) => {
    const { losses, output } = await learned(negatives);
    expect(losses.at(-1)).toBeLessThan(0.05 * losses[0]!);
    const { priors } = smallSsd({ map, classes: 3 });
    const found = detections(output, priors, { score: 0.5 }, [size, size, size]);
    pictures.forEach(({ boxes, categories }, i) => {
      expect(found[i]).toHaveLength(boxes.length);
      boxes.forEach((box, k) => {
        const same = found[i]!.filter((one) => one.category === categories[k] && boxIou(one.box, box) > 0.8);
        expect(same).toHaveLength(1);
      });
    });
  },
);
