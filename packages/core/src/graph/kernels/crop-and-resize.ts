import type { Tensor, Tensor1D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineComposite } from "../kernel.ts";

/** One axis of the crops: interpolation matrices [boxes, crop, size], and which pixels lie in the image [boxes, crop]. */
interface Axis {
  readonly matrices: Tensor3D;
  readonly inside: Tensor;
}

/** 1 at the pixel with the given number, [boxes, crop, size]; no derivative. */
function at(pixel: Tensor, size: number): Tensor {
  const pixels = tf.range(0, size, 1, "float32");
  return tf.cast(tf.equal(tf.expandDims(pixel, -1), pixels), "float32");
}

/** Crops of `crop` pixels between the relative borders `low` and `high` [boxes] of an axis with `size` pixels. */
function axisOf(low: Tensor, high: Tensor, size: number, crop: number, method: string): Axis {
  const last = size - 1;
  const [from, to] = [tf.mul(low, last), tf.mul(high, last)];
  const place =
    crop > 1
      ? tf.add(
          tf.expandDims(from, 1),
          tf.mul(tf.expandDims(tf.div(tf.sub(to, from), crop - 1), 1), tf.range(0, crop, 1, "float32")),
        )
      : tf.expandDims(tf.mul(0.5, tf.add(from, to)), 1);
  const inside = tf.cast(
    tf.logicalAnd(tf.greaterEqual(place, 0), tf.lessEqual(place, last)),
    "float32",
  ) as Tensor;
  if (method === "nearest") {
    return { matrices: at(tf.floor(tf.add(place, 0.5)), size) as Tensor3D, inside };
  }
  const floor = tf.floor(place);
  const share = tf.expandDims(tf.sub(place, floor), -1);
  const lower = tf.mul(at(floor, size), tf.sub(1, share));
  return { matrices: tf.add(lower, tf.mul(at(tf.ceil(place), size), share)) as Tensor3D, inside };
}

/**
 * Boxes [n, 4] (y₁, x₁, y₂, x₂, relative to the image) of images, resized: products with interpolation matrices, which have
 * derivatives of every order for images and, with bilinear interpolation, for boxes. tfjs's kernel has none.
 */
defineComposite("CropAndResize", ({ image, boxes, boxInd }, attributes) => {
  const { cropSize, method, extrapolationValue } = attributes;
  const [rows, columns] = cropSize as [number, number];
  const [, height, width, channels] = image!.shape as [number, number, number, number];
  const count = boxes!.shape[0]!;
  const [top, left, bottom, right] = tf.unstack(boxes!, 1) as [Tensor, Tensor, Tensor, Tensor];
  const down = axisOf(top, bottom, height, rows, method as string);
  const across = axisOf(left, right, width, columns, method as string);
  const images = tf.gather(image!, boxInd as Tensor1D);
  const tall = tf.matMul(
    down.matrices,
    tf.reshape(images, [count, height, width * channels]) as Tensor3D,
  ) as Tensor;
  const turned = tf.transpose(tf.reshape(tall, [count, rows, width, channels]), [0, 2, 1, 3]);
  const both = tf.matMul(
    across.matrices,
    tf.reshape(turned, [count, width, rows * channels]) as Tensor3D,
  ) as Tensor;
  const crops = tf.transpose(tf.reshape(both, [count, columns, rows, channels]), [0, 2, 1, 3]);
  const inside = tf.mul(
    tf.reshape(down.inside, [count, rows, 1, 1]),
    tf.reshape(across.inside, [count, 1, columns, 1]),
  );
  return tf.add(tf.mul(crops, inside), tf.mul(extrapolationValue as number, tf.sub(1, inside)));
});
