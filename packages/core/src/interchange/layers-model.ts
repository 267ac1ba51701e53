import type { LayersModel, LayerVariable, Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { type ArrayData, array, type NDArray, sameShape } from "../graph/array.ts";
import { isRecording } from "../graph/recording.ts";
import type { Layer, Mode } from "../nn/layer.ts";
import type { ModelState } from "../train/model.ts";
import { describeLayer, layersWithin } from "./layer-parts.ts";
import { dropMasks, seededRandomness } from "./layer-randomness.ts";
import { type Override, withOverrides } from "./override.ts";

/** Trainable weights by name, such as `dense/kernel`. */
export type LayersParams = Readonly<Record<string, NDArray>>;
type LayersTensors = Readonly<Record<string, Tensor>>;

/** A Keras-style model as a trunk; see {@link fromLayersModel}. */
export interface LayersTrunk extends Layer<LayersParams> {
  /** All outputs by the names of the model's outputs; the inputs are in the order of the model's inputs. */
  outputs(params: LayersTensors, inputs: readonly Tensor[], mode: Mode): Record<string, Tensor>;
  /** Sum of the penalties of the layers' regularisers, to be added to a loss; 0 when there are none. */
  penalty(params: LayersTensors): Scalar;
  /**
   * The weights that are not trained, moving statistics and frozen layers: a model's `state`. Writing other names or shapes than are read
   * throws OutriggerError `shape`.
   */
  readonly state: ModelState;
  /**
   * Copies trained parameters into the LayersModel, so that `model.predict` and `model.save` have them.
   *
   * @throws OutriggerError `shape` when names or shapes differ
   */
  store(params: LayersParams): void;
}

type Weights = ReadonlyMap<string, LayerVariable>;

/** tfjs numbers equal names through the whole process; within one model they are numbered from the start. */
function named(weights: readonly LayerVariable[]): Weights {
  const byName = new Map<string, LayerVariable>();
  for (const weight of new Set(weights)) {
    let name = weight.originalName;
    for (let i = 1; byName.has(name); i++) name = `${weight.originalName}_${i}`;
    byName.set(name, weight);
  }
  return byName;
}

async function readAll(weights: Weights): Promise<Record<string, NDArray>> {
  const read = [...weights].map(async ([name, weight]) => {
    const data = (await weight.read().data()) as ArrayData;
    return [name, array(data.slice(), weight.shape as number[])] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

function readAllSync(weights: Weights): Record<string, NDArray> {
  const read = [...weights].map(([name, weight]) => {
    const data = weight.read().dataSync() as ArrayData;
    return [name, array(data.slice(), weight.shape as number[])] as const;
  });
  return Object.fromEntries(read);
}

function writeAll(weights: Weights, values: LayersParams): void {
  const names = [...new Set([...weights.keys(), ...Object.keys(values)])];
  for (const name of names) {
    const [weight, value] = [weights.get(name), values[name]];
    if (weight && value && sameShape(weight.shape as number[], value.shape)) continue;
    const was = weight ? `[${weight.shape.join(", ")}]` : "not there";
    const is = value ? `[${value.shape.join(", ")}]` : "not given";
    const said = `weight "${name}" is ${was} in the model and ${is} in the values`;
    throw new OutriggerError("shape", `${said}: give all weights of this model`, { weight: name });
  }
  for (const [name, weight] of weights) {
    const { data, shape, dtype } = values[name]!;
    tf.tidy(() => {
      weight.write(tf.tensor(data, [...shape], dtype));
    });
  }
}

/** @throws OutriggerError `bad-model` for weights that are not float32, `unsupported` for what training here cannot honour */
function check(model: LayersModel, trainable: Weights): void {
  for (const layer of layersWithin(model)) {
    if ((layer as { stateful?: boolean }).stateful && !("layers" in layer)) {
      const said = `layer ${describeLayer(layer)} keeps its state from batch to batch`;
      throw new OutriggerError("unsupported", `${said}: build it with stateful: false`, {
        layer: layer.name,
      });
    }
  }
  for (const [name, { constraint, dtype }] of trainable) {
    if (constraint) {
      const said = `weight "${name}" has a constraint, which no optimiser here applies`;
      throw new OutriggerError("unsupported", `${said}: build the layer without it`, { weight: name });
    }
    if (dtype !== "float32") {
      throw new OutriggerError("bad-model", `weight "${name}" is ${dtype}; only float32 weights are trained`);
    }
  }
}

/** The trained weights read the parameters given; the others are the model's own variables, updated only on request. */
function bindings(trainable: Weights, frozen: Weights, params: LayersTensors, update: boolean): Override[] {
  const reads = [...trainable].map(([key, weight]) => {
    const given = params[key];
    if (!given || !sameShape(given.shape, weight.shape as number[])) {
      const is = given ? `[${given.shape.join(", ")}]` : "missing";
      const said = `parameter "${key}" is ${is}; the model has [${weight.shape.join(", ")}]`;
      throw new OutriggerError("shape", `${said}: give what init returned`, { weight: key });
    }
    return { target: weight, key: "read", value: () => given };
  });
  if (update) return reads;
  const kept = [...frozen.values()].map((weight) => ({ target: weight, key: "write", value: () => weight }));
  return [...reads, ...kept];
}

/**
 * Makes a trunk of a Keras-style model, built in code or loaded with `tf.loadLayersModel`.
 *
 * Trainable weights become parameters (float32, by name); `init` gives copies of what they are now, so a pretrained model starts
 * from its weights. Weights that are not trained (moving statistics of batch norm, frozen layers) stay `tf.Variable`s of the
 * model: compiled functions read them on every call, and a training call assigns the statistics as tfjs's own `fit` does, unless
 * the mode says `update: false`. `init` also puts them back to what they were here. They are the trunk's `state`: give it to the model
 * where there are any, so that checkpoints have them and the best epoch gets its own back. Dropout draws from the run's stream.
 *
 * To cut a model off at a layer: `tf.model({ inputs: model.inputs, outputs: model.getLayer("pool").output })`.
 *
 * @param model is not changed, but for those statistics and by `store`.
 * @returns a layer with one tensor in and one out; `outputs` serves models with several
 * @throws OutriggerError `bad-model` for a model without input or with weights that are not float32, `unsupported` for stateful recurrent layers, weight
 *   constraints and, in training, normal noise (GaussianNoise, GaussianDropout); the message names the layer
 *
 * Recurrent layers are unrolled in time. Cost: none besides the trace.
 *
 * @example
 * const base = await tf.loadLayersModel(modelFolder("mobilenet"));
 * const trunk = fromLayersModel(tf.model({ inputs: base.inputs, outputs: base.getLayer("features").output }));
 * const head = dense({ inputs: 256, outputs: 1 });
 * const model = {
 *   state: trunk.state,
 *   init: (random) => ({ trunk: trunk.init(random), heads: { y: head.init(random) } }),
 *   apply: ({ trunk: t, heads }, { inputs }, mode) => ({ y: head.apply(heads.y, trunk.apply(t, inputs, mode), mode) }),
 * };
 */
export function fromLayersModel(model: LayersModel): LayersTrunk {
  if (!model.inputs?.length) {
    const cure = "add layers, the first of them with an inputShape";
    throw new OutriggerError("bad-model", `the LayersModel "${model.name}" has no input: ${cure}`);
  }
  // A sequential model is finished on its first use.
  if (!model.built) model.build(model.inputs.map(({ shape }) => shape));
  const trainable = named(model.trainableWeights);
  const frozen = named(model.nonTrainableWeights);
  const layers = layersWithin(model);
  check(model, trainable);
  const initial = readAllSync(frozen);

  const outputs: LayersTrunk["outputs"] = (params, inputs, mode) => {
    if (inputs.length !== model.inputs.length) {
      const said = `"${model.name}" has ${model.inputs.length} inputs (${model.inputNames.join(", ")})`;
      throw new OutriggerError("shape", `${said}, but ${inputs.length} were given`);
    }
    const random = mode.training && isRecording() ? seededRandomness(layers) : [];
    const bound = bindings(trainable, frozen, params, mode.update !== false);
    try {
      const made = withOverrides([...bound, ...random], () =>
        model.apply(inputs.length === 1 ? inputs[0]! : [...inputs], { training: mode.training }),
      );
      return Object.fromEntries(
        [made].flat().map((tensor, i) => [model.outputNames[i]!, tensor as Tensor] as const),
      );
    } finally {
      dropMasks(layers);
    }
  };
  return {
    init: () => {
      writeAll(frozen, initial);
      return readAllSync(trainable);
    },
    apply(params, x, mode) {
      const named = Object.values(outputs(params, [x], mode));
      if (named.length === 1) return named[0]!;
      const said = `"${model.name}" has ${named.length} outputs (${model.outputNames.join(", ")})`;
      throw new OutriggerError("bad-model", `${said}: use outputs() instead of apply()`);
    },
    outputs,
    penalty: (params) =>
      withOverrides(bindings(trainable, frozen, params, false), () =>
        model.calculateLosses().reduce<Scalar>((sum, next) => tf.add(sum, next), tf.scalar(0)),
      ),
    state: { read: () => readAll(frozen), write: (values) => writeAll(frozen, values) },
    store: (params) => writeAll(trainable, params),
  };
}
