import { type ConvOptions, conv2d } from "@outrigger/core/nn/conv";
import type { AnyLayer, Chain } from "@outrigger/core/nn/layer";
import { activation, sequential } from "@outrigger/core/nn/sequential";
import * as tf from "@tensorflow/tfjs";
import { type Norm, normLayer } from "./norm.ts";

export interface ConvUnitOptions
  extends Pick<ConvOptions, "inputs" | "outputs" | "size" | "stride" | "padding"> {
  readonly norm: Norm;
  /** A rectifier at the end. Default true. */
  readonly relu?: boolean;
}

/** Convolution (with a bias), norm and rectifier: size² · inputs · outputs + 3 · outputs parameters. */
export function convUnit({ norm, relu = true, ...conv }: ConvUnitOptions): Chain {
  const layers: AnyLayer[] = [conv2d(conv), normLayer(norm, conv.outputs)];
  return sequential(relu ? [...layers, activation(tf.relu)] : layers);
}
