import { dense } from "@outrigger/core/nn/dense";
import type { AnyLayer } from "@outrigger/core/nn/layer";
import { sequential } from "@outrigger/core/nn/sequential";
import { cgc } from "@outrigger/core/sharing/cgc";
import { crossStitch } from "@outrigger/core/sharing/cross-stitch";
import { hardSharing } from "@outrigger/core/sharing/hard-sharing";
import { mmoe } from "@outrigger/core/sharing/mmoe";
import { mtan } from "@outrigger/core/sharing/mtan";
import { ple } from "@outrigger/core/sharing/ple";
import type { ShapedOptions } from "@outrigger/core/sharing/policy";
import { residualAdapters } from "@outrigger/core/sharing/residual-adapters";
import { taps } from "@outrigger/core/sharing/taps";
import type { Model } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizes, tasks } from "./problem.ts";

/** One row of the table. */
export interface Row {
  readonly describe: string;
  readonly model: () => Model<ColumnBatch<Tensor>>;
  /** Default: uniform weights. */
  readonly method?: () => Weighting;
  readonly kind?: "baseline" | "control";
  /** The auxiliary's labels belong to other samples. */
  readonly shuffle?: true;
}

/** Units of the first layer: twice as many as the generator has directions, because four find them far more slowly. */
const WIDE = 2 * sizes.low;
const [first, second]: AnyLayer[] = [
  dense({ inputs: sizes.inputs, outputs: WIDE, activation: tf.tanh, init: "glorot" }),
  dense({ inputs: WIDE, outputs: sizes.upper, activation: tf.tanh, init: "glorot" }),
] as const;
const head = dense({ inputs: sizes.upper, outputs: 1 });
const headed = (one: AnyLayer): Record<string, AnyLayer> =>
  Object.fromEntries(tasks.map((name) => [name, one]));

/** 30 → 8 → 2 tanh units, and a linear head a task: room enough below for what both look at, and above for what one makes of it. */
const network: ShapedOptions = { layers: [first!, second!], heads: headed(head), shape: [sizes.inputs] };
const plain = (): Model<ColumnBatch<Tensor>> => hardSharing(network);

/** Every policy at its defaults. */
export const rows: Readonly<Record<string, Row>> = {
  uniform: { describe: "Hard sharing of both layers, uniform weights.", model: plain, kind: "baseline" },
  "single-task": { describe: "The primary alone.", model: plain, method: singleTask },
  shuffled: {
    describe: "Hard sharing with an auxiliary whose labels were shuffled: what a useless task does.",
    model: plain,
    kind: "control",
    shuffle: true,
  },
  oracle: {
    describe: "Shares the first layer alone, as the generator does.",
    model: () => hardSharing({ ...network, layers: [first!], heads: headed(sequential([second!, head])) }),
    kind: "control",
  },
  taps: { describe: "TAPS (CVPR 2022), λ = 1, as in the paper.", model: () => taps(network) },
  "taps-0.01": {
    describe: "TAPS (CVPR 2022), λ = 0.01.",
    model: () => taps({ ...network, lambda: 0.01 }),
  },
  "taps-0.1": { describe: "TAPS (CVPR 2022), λ = 0.1.", model: () => taps({ ...network, lambda: 0.1 }) },
  "cross-stitch": { describe: "Cross-stitch networks (CVPR 2016).", model: () => crossStitch(network) },
  mmoe: { describe: "Multi-gate mixture of four experts (KDD 2018).", model: () => mmoe(network) },
  cgc: { describe: "Customized gate control (RecSys 2020).", model: () => cgc(network) },
  ple: { describe: "Progressive layered extraction (RecSys 2020).", model: () => ple(network) },
  mtan: { describe: "Attention on shared features, after MTAN (CVPR 2019).", model: () => mtan(network) },
  adapters: {
    describe: "Residual adapters after every layer (NeurIPS 2017).",
    model: () => residualAdapters(network),
  },
};
