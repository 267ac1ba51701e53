import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { type Compiled, type CompileOptions, compile } from "@outrigger/core/graph/compile";
import type { Host, Model, Params, ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";

/** Outputs of all heads of a batch, [B, 1] each. */
export interface Forward {
  (params: Params, batch: Host<ColumnBatch>): Promise<Readonly<Record<string, NDArray>>>;
  /** Frees the native sessions. */
  dispose(): Promise<void>;
}

/** Shapes that are kept compiled: a stream of chunks brings new ones for ever. */
const KEPT = 4;

/**
 * The model's outputs, compiled once a shape of batch and shared by all members of an ensemble.
 *
 * @param options.random a stream switches dropout on: every call draws other masks
 */
export function forwardPass(model: Model<ColumnBatch>, options: CompileOptions): Forward {
  const kept = new Map<string, Compiled>();
  const training = options.random !== undefined;
  const compiledFor = async (batch: Host<ColumnBatch>): Promise<Compiled> => {
    const key = leaves<NDArray>(batch as Tree<NDArray>)
      .map(({ shape }) => shape.join())
      .join(" ");
    const found = kept.get(key);
    if (found !== undefined) return found;
    const [oldest] = kept;
    if (oldest !== undefined && kept.size >= KEPT) {
      kept.delete(oldest[0]);
      await oldest[1].dispose();
    }
    const apply = (params: ParamsTensors, tensors: ColumnBatch): unknown =>
      model.apply(params, tensors, { training });
    const made = compile(apply as never, options);
    kept.set(key, made);
    return made;
  };
  const run = async (params: Params, batch: Host<ColumnBatch>): Promise<Record<string, NDArray>> => {
    const compiled = await compiledFor(batch);
    return (await compiled(params, batch as Tree<NDArray>)) as unknown as Record<string, NDArray>;
  };
  return Object.assign(run, {
    dispose: async (): Promise<void> => {
      for (const compiled of kept.values()) await compiled.dispose();
      kept.clear();
    },
  });
}
