import { emptyData, leaves, mapTree, type NDArray, sameShape, type Tree } from "../graph/array.ts";

/** Trees of one structure as one tree whose arrays have a leading axis more; undefined when their shapes differ. */
export function stack(trees: readonly Tree<NDArray>[]): Tree<NDArray> | undefined {
  const columns = trees.map((tree) => leaves<NDArray>(tree));
  const [first] = columns;
  const alike = columns.every(
    (column) =>
      column.length === first!.length &&
      column.every(({ shape, dtype }, i) => dtype === first![i]!.dtype && sameShape(shape, first![i]!.shape)),
  );
  if (!alike) return undefined;
  let next = 0;
  return mapTree<NDArray, NDArray>(trees[0]!, ({ shape, dtype, data: { length } }) => {
    const leaf = next++;
    const data = emptyData(dtype, trees.length * length);
    columns.forEach((column, i) => data.set(column[leaf]!.data, i * length));
    return { dtype, shape: [trees.length, ...shape], data };
  });
}
