import { OutriggerError } from "@outrigger/core/error";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { randomMask, segmentSum } from "@outrigger/core/graph/index";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { constant } from "@outrigger/core/nn/initialize";
import type { Mode, TensorsOf } from "@outrigger/core/nn/layer";
import type { Model } from "@outrigger/core/train/model";
import type { ColumnBatch, Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { ATOM_WIDTH } from "../batch/graph-batches.ts";
import type { GraphModel } from "../model/graph-model.ts";
import type { Graphs } from "../model/graphs.ts";
import { ATOM_VOCABULARY } from "../molecule/molecule-graph.ts";

export interface AttributeMaskingOptions {
  /** Default "attribute-masking". */
  readonly name?: string;
  /** Probability that an atom is masked. Default 0.15, as in the paper. */
  readonly share?: number;
}

/** A model with one more head, and the task of that head. */
export interface AttributeMasking {
  readonly model: Model<ColumnBatch<Graphs>>;
  readonly task: Task<ColumnBatch<Graphs>>;
}

type HeadParams = { readonly row: NDArray; readonly element: DenseParams };

/** Elements are the first feature of an atom. */
const ELEMENTS = ATOM_VOCABULARY[0]!;

/**
 * A self-supervised auxiliary for graph networks: which element is an atom whose features were hidden?
 *
 * Each step of training hides each atom with probability `share`: its multi-hot row becomes one learned row, the same for all. The
 * network runs once more over the molecules with hidden atoms (the other tasks see them whole), and a linear head on the vectors h of
 * the atoms gives a logit for each of the 119 elements. The loss of a molecule g with hidden atoms M_g is
 *
 *     L_g = 1/|M_g| · Σ_{i ∈ M_g} −log softmax(W·h_i + b)_element(i)
 *
 * and a molecule without hidden atoms has none. Bonds stay visible. Masks are inputs of the graph, drawn from the run's own stream as
 * dropout's are. Out of training nothing is drawn: the task then has no loss and no metrics.
 *
 * The model made is no `SplitModel`, because this head reads atoms and not molecules; methods that need one refuse it. Cost: one more
 * forward and backward pass of the trunk.
 *
 * Hu et al., "Strategies for pre-training graph neural networks", ICLR 2020, https://arxiv.org/abs/1905.12265
 *
 * @example
 * const { graph } = moleculeModel({ name: "gin" }, { tasks: ["logS"] });
 * const masking = attributeMasking(graph!);
 * await fit(masking.model, { tasks: [regression({ name: "logS", role: "primary" }), masking.task], … });
 *
 * @throws OutriggerError `bad-option` for a share outside (0, 1)
 */
export function attributeMasking(
  graph: GraphModel,
  { name = "attribute-masking", share = 0.15 }: AttributeMaskingOptions = {},
): AttributeMasking {
  if (!(share > 0 && share < 1)) {
    const said = `attributeMasking: share is ${share}; give a number between 0 and 1.`;
    throw new OutriggerError("bad-option", said, { share });
  }
  const element = dense({ inputs: graph.width, outputs: ELEMENTS });

  /** [B, 2]: the loss of each molecule, and 1 where it has hidden atoms. */
  function hiddenLosses(
    trunk: Tree<Tensor>,
    head: TensorsOf<HeadParams>,
    batch: ColumnBatch<Graphs>,
    mode: Mode,
  ): Tensor {
    const { atoms, graph: ids } = batch.inputs;
    const count = atoms.shape[0]!;
    const hidden = tf.cast(tf.greater(randomMask([count, 1], share), 0), "float32");
    const seen = tf.add(tf.mul(atoms, tf.sub(1, hidden)), tf.mul(hidden, head.row));
    const found = graph.atoms(trunk, { ...batch, inputs: { ...batch.inputs, atoms: seen } }, mode);
    const logits = element.apply(head.element, found, mode) as Tensor2D;
    const right = tf.slice(atoms as Tensor2D, [0, 0], [count, ELEMENTS]);
    const surprise = tf.neg(tf.sum(tf.mul(right, tf.logSoftmax(logits)), 1, true));
    const molecules = Object.values(batch.masks)[0]!.shape[0];
    const sums = segmentSum(tf.concat([tf.mul(surprise, hidden), hidden], 1), ids as Tensor1D, molecules);
    const [loss, atomsHidden] = tf.split(sums, 2, 1);
    return tf.concat([tf.div(loss!, tf.maximum(atomsHidden!, 1)), tf.minimum(atomsHidden!, 1)], 1);
  }

  const model: AttributeMasking["model"] = {
    init(random) {
      const { trunk, heads } = graph.init(random);
      const head: HeadParams = { row: constant([1, ATOM_WIDTH], 0), element: element.init(random) };
      return { trunk, heads: { ...heads, [name]: head } };
    },
    apply({ trunk, heads: { [name]: head, ...heads } }, batch, mode) {
      const molecules = Object.values(batch.masks)[0]!.shape[0];
      const outputs = graph.apply({ trunk, heads }, batch, mode);
      const hidden = mode.training
        ? hiddenLosses(trunk, head as unknown as TensorsOf<HeadParams>, batch, mode)
        : tf.zeros([molecules, 2]);
      return { ...outputs, [name]: hidden };
    },
  };
  const task: AttributeMasking["task"] = {
    name,
    role: "auxiliary",
    loss(output) {
      const [values, mask] = tf.unstack(output, 1) as Tensor1D[];
      return { values: values!, mask: mask! };
    },
  };
  return { model, task };
}
