import { OutriggerError } from "../error.ts";

/** Element types that a graph knows. `bool` is stored as bytes 0 and 1. */
export type DType = "float32" | "int32" | "bool";

/** Values of a tensor on the host. */
export type ArrayData = Float32Array | Int32Array | Uint8Array;

/** What a graph must know of an argument: its shape and element type. */
export interface Spec {
  readonly shape: readonly number[];
  /** Default `float32`. */
  readonly dtype?: DType;
}

/** A dense array on the host, row-major. `data` may be a view into a larger buffer (all parameters in one vector, say). */
export interface NDArray extends Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ArrayData;
}

/** A leaf, or lists and records of trees. Keys of records are visited in sorted order, so equal trees have equal leaf lists. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** An array of zeros of the element type. */
export function emptyData(dtype: DType, size: number): ArrayData {
  if (dtype === "float32") return new Float32Array(size);
  return dtype === "int32" ? new Int32Array(size) : new Uint8Array(size);
}

function dtypeOf(data: ArrayData | readonly number[]): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint8Array ? "bool" : "float32";
}

/**
 * Makes an {@link NDArray} from numbers; typed arrays of the right type are used as they are, without a copy.
 *
 * @param data values in row-major order
 * @param shape default: a vector of `data`'s length
 * @param dtype default: by the typed array's class, `float32` for plain numbers
 * @throws OutriggerError `shape` when the number of values does not fit the shape
 *
 * @example array([1, 2, 3, 4], [2, 2])
 */
export function array(
  data: ArrayData | readonly number[],
  shape: readonly number[] = [data.length],
  dtype: DType = dtypeOf(data),
): NDArray {
  if (sizeOf(shape) !== data.length) {
    const said = `shape [${shape.join(", ")}] holds ${sizeOf(shape)} values, but ${data.length} were given`;
    throw new OutriggerError("shape", said, { shape, length: data.length });
  }
  if (typeof data !== "object" || Array.isArray(data) || dtypeOf(data as ArrayData) !== dtype) {
    const typed = emptyData(dtype, data.length);
    typed.set(data as readonly number[]);
    return { dtype, shape: [...shape], data: typed };
  }
  return { dtype, shape: [...shape], data: data as ArrayData };
}

/** Something with a shape is a leaf: NDArray, tensor, spec, symbolic value. */
export const isLeaf = (tree: unknown): boolean =>
  typeof tree === "object" && tree !== null && "shape" in tree && Array.isArray(tree.shape);

const isList = <T>(tree: Tree<T>): tree is readonly Tree<T>[] => Array.isArray(tree);

/**
 * Applies `f` to every leaf and keeps the structure. A leaf is anything with a `shape` (arrays, tensors, specs) and anything
 * that is neither a list nor a record.
 *
 * @param f gets the leaf and its path, such as `trunk/0/kernel`
 */
export function mapTree<T, U>(tree: Tree<T>, f: (leaf: T, path: string) => U, path = ""): Tree<U> {
  const below = (key: string | number): string => (path === "" ? `${key}` : `${path}/${key}`);
  if (isLeaf(tree) || typeof tree !== "object" || tree === null) return f(tree as T, path);
  if (isList(tree)) return tree.map((child, i) => mapTree(child, f, below(i)));
  const record = tree as { readonly [key: string]: Tree<T> };
  const out: Record<string, Tree<U>> = {};
  for (const key of Object.keys(record).sort()) out[key] = mapTree(record[key] as Tree<T>, f, below(key));
  return out;
}

/** Without the names that {@link mapTree} makes: this runs at every call of a compiled function. */
function collect<T>(tree: Tree<T>, found: T[]): void {
  if (isLeaf(tree) || typeof tree !== "object" || tree === null) {
    found.push(tree as T);
  } else if (isList(tree)) {
    for (const child of tree) collect(child, found);
  } else {
    const record = tree as { readonly [key: string]: Tree<T> };
    for (const key of Object.keys(record).sort()) collect(record[key] as Tree<T>, found);
  }
}

/** The leaves of a tree, in the order in which {@link mapTree} visits them. */
export function leaves<T>(tree: Tree<T>): T[] {
  const found: T[] = [];
  collect(tree, found);
  return found;
}

/**
 * Puts a list of leaves back into the structure of `like`.
 *
 * @throws OutriggerError `shape` when the number of leaves differs
 */
export function unflatten<T, U>(like: Tree<T>, flat: readonly U[]): Tree<U> {
  let next = 0;
  const tree = mapTree(like, () => flat[next++] as U);
  if (next !== flat.length) {
    throw new OutriggerError("shape", `the tree has ${next} leaves, but ${flat.length} values were given`);
  }
  return tree;
}
