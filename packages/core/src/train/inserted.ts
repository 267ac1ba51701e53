import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { FeatureMethod } from "../feature/feature-method.ts";
import { mapTree, type NDArray, type Spec, type Tree } from "../graph/array.ts";
import type { Value } from "../graph/graph.ts";
import { trace } from "../graph/trace.ts";
import { isFeatureMethod, type Method } from "./method.ts";
import type { Batches, Host, Model, Params, ParamsTensors } from "./model.ts";
import { requireSplit, type SplitModel, splitModel } from "./split-model.ts";

/** Parameters of a head, and of the layer before it. */
interface Behind<P> {
  readonly head: P;
  readonly inserted: P;
}

const specsOf = (tree: Tree<NDArray>): Tree<Spec> =>
  mapTree(tree, ({ shape, dtype }) => ({ shape, dtype })) as Tree<Spec>;

/**
 * Length of the last axis of z.
 *
 * @throws OutriggerError "bad-model" when z has no axis besides the samples'
 */
function widthOf<B>(model: SplitModel<B>, { trunk }: Params, batch: Host<B>): number {
  const represent = (t: never, b: never): Tensor => model.represent(t, b, { training: false });
  const { outputs } = trace(represent)(specsOf(trunk), specsOf(batch as Tree<NDArray>));
  const { shape } = outputs as Value;
  if (shape.length > 1) return shape.at(-1)!;
  const said = `represent gives a tensor of shape [${shape.join(", ")}]`;
  throw new OutriggerError("bad-model", `${said}: it needs a row of features for every sample.`, { shape });
}

/**
 * The model with a layer of the method's own before every head, whose parameters become { head, inserted }. The plain model's parameters
 * begin as they would without.
 *
 * @param batch says how wide the representation is
 */
export const withInserted = <B>(
  model: SplitModel<B>,
  method: Pick<FeatureMethod, "layer">,
  batch: Host<B>,
): SplitModel<B> =>
  splitModel({
    ...(model.state && { state: model.state }),
    ...(model.penalties && {
      penalties: ({ trunk, heads }) => model.penalties!({ trunk, heads: headsBehind(heads) }),
    }),
    init(random) {
      const { trunk, heads } = model.init(random);
      const layer = method.layer(widthOf(model, { trunk, heads }, batch));
      const entries = Object.keys(heads)
        .sort()
        .map((task) => [task, { head: heads[task]!, inserted: layer.init(random) }] as const);
      return { trunk, heads: Object.fromEntries(entries) };
    },
    represent: model.represent,
    decode(behind, z, batch, mode, task) {
      const { head, inserted } = behind as unknown as Behind<Tree<Tensor>>;
      const seen = method.layer(z.shape.at(-1)!).apply(inserted as never, z, mode);
      return model.decode(head, seen, batch, mode, task);
    },
  });

/** The parameters of the layer before one head. */
export const insertedOf = <T>(behind: Tree<T>): Tree<T> => (behind as unknown as Behind<Tree<T>>).inserted;

const headsBehind = (heads: ParamsTensors["heads"]): ParamsTensors["heads"] =>
  Object.fromEntries(
    Object.entries(heads).map(([task, behind]) => [task, (behind as unknown as Behind<Tree<Tensor>>).head]),
  );

/** The gradient of a head, and the slope of the layer before it. */
export const withSlope = <T>(behind: Tree<T>, inserted: Tree<T>): Tree<T> => ({
  head: (behind as unknown as Behind<Tree<T>>).head,
  inserted,
});

/**
 * What a method trains: the model itself, or the one with the method's layers.
 *
 * @throws OutriggerError "bad-model" when the method needs a {@link SplitModel}, "bad-data" for a source without batches
 */
export function trainedModel<B>(model: Model<B>, method: Method, train: Batches<Host<B>>): Model<B> {
  if (!isFeatureMethod(method)) return model;
  const split = requireSplit(model, method.name);
  const [batch] = train.epoch(null);
  if (batch === undefined)
    throw new OutriggerError("bad-data", "The training data gave no batch. Check the split.");
  return withInserted(split, method, batch);
}
