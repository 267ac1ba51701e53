import { OutriggerError } from "../error.ts";
import { array, mapTree, type NDArray, sameShape, sizeOf, type Tree } from "../graph/array.ts";

export interface LoadWeightsOptions {
  /** The weight's name for a parameter's path. Default: the path itself. */
  readonly name?: (path: string) => string;
  /**
   * Order in which the weight's axes become the parameter's, for a parameter's path. Others keep theirs. PyTorch has linear
   * layers as [outputs, inputs], which is [1, 0] here, and convolutions as [outputs, inputs, height, width], which is [2, 3, 1, 0].
   */
  readonly transpose?: (path: string) => readonly number[] | undefined;
  /** Whether parameters without a weight keep their values. Default false: each must have one. */
  readonly partial?: boolean;
}

/** The array with axis i being axis `perm[i]` of the given one. */
function transposed({ data, shape }: NDArray, perm: readonly number[]): NDArray {
  const turned = perm.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const steps = perm.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const at = perm.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let axis = perm.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < turned[axis]!) break;
      from -= steps[axis]! * turned[axis]!;
      at[axis] = 0;
    }
  }
  return array(out, turned);
}

const isPermutation = (perm: readonly number[], rank: number): boolean =>
  perm.length === rank && [...perm].sort((a, b) => a - b).every((axis, i) => axis === i);

/**
 * Parameters with values of weights that were read from a file, found by the parameters' paths (`trunk/0/kernel`).
 *
 * @param params gives structure and shapes; is not changed
 * @returns the same tree with copies of the weights
 * @throws OutriggerError `bad-model` that lists all parameters without a weight and all shapes that differ; `bad-option` for a
 *   `transpose` that is no order of the weight's axes
 */
export function loadWeights<P extends Tree<NDArray>>(
  params: P,
  weights: ReadonlyMap<string, NDArray>,
  { name = (path) => path, transpose = () => undefined, partial = false }: LoadWeightsOptions = {},
): P {
  const wrong: string[] = [];
  const loaded = mapTree<NDArray, NDArray>(params, (param, path) => {
    const key = name(path);
    const found = weights.get(key);
    if (!found) {
      if (!partial) wrong.push(`${path} has no weight "${key}"`);
      return array(param.data.slice(), param.shape);
    }
    const perm = transpose(path);
    if (perm && !isPermutation(perm, found.shape.length)) {
      const said = `transpose gives [${perm.join(", ")}] for ${path}`;
      throw new OutriggerError("bad-option", `${said}: give each axis of [${found.shape.join(", ")}] once`, {
        path,
      });
    }
    const turned = perm ? transposed(found, perm) : array(found.data.slice(), found.shape);
    if (!sameShape(turned.shape, param.shape)) {
      wrong.push(`${path} is [${param.shape.join(", ")}], weight "${key}" is [${turned.shape.join(", ")}]`);
    }
    return turned;
  });
  if (wrong.length > 0) {
    const some = [...weights.keys()].slice(0, 8).join(", ");
    const cure = "Give `name` or `transpose`, or build the model that the weights are of.";
    const said = `the weights do not fit the parameters: ${wrong.join("; ")}. There are ${weights.size} weights (${some}). ${cure}`;
    throw new OutriggerError("bad-model", said, { wrong });
  }
  return loaded as P;
}
