import type { layers } from "@tensorflow/tfjs";

export type TfLayer = layers.Layer;

/** Where tfjs keeps the layers inside of a layer: nested models, wrappers, both directions, cells and stacks of cells. */
interface Holder {
  readonly layers?: readonly TfLayer[];
  readonly layer?: TfLayer;
  readonly forwardLayer?: TfLayer;
  readonly backwardLayer?: TfLayer;
  readonly cell?: TfLayer;
  readonly cells?: readonly TfLayer[];
}

/** A layer and everything inside of it, each once. */
export function layersWithin(root: TfLayer): TfLayer[] {
  const found = new Set<TfLayer>();
  const open: TfLayer[] = [root];
  for (let next = open.pop(); next; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    const { layers = [], layer, forwardLayer, backwardLayer, cell, cells = [] } = next as Holder;
    for (const inner of [...layers, layer, forwardLayer, backwardLayer, cell, ...cells]) {
      if (inner) open.push(inner);
    }
  }
  return [...found];
}

/** Such as `dropout_1 (Dropout)`. */
export const describeLayer = (layer: TfLayer): string => `${layer.name} (${layer.getClassName()})`;
