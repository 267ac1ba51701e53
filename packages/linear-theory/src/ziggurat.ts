/** Horizontal layers of equal area under exp(-x²/2); layer 0 holds the tail. */
export const layers = 256;
/** Where the tail begins, and the area of a layer, for 256 layers: constants of Marsaglia and Tsang (2000). */
export const base = 3.6541528853610088;
const area = 4.92867323399e-3;

/** Right edges, widest first: edges[0] is the width that layer 0 would have as a rectangle, edges[256] is 0. */
const edges = new Float64Array(layers + 1);
edges[0] = area / gauss(base);
edges[1] = base;
for (let i = 2; i < layers; i++)
  edges[i] = Math.sqrt(-2 * Math.log(area / edges[i - 1]! + gauss(edges[i - 1]!)));

/** The value of one step of a signed 32-bit draw in each layer. */
export const width: Float64Array = edges.map((edge) => edge / 2 ** 31);
/** Draws of a size below this lie under the curve for certain. */
export const reach: Int32Array = Int32Array.from({ length: layers }, (_, i) =>
  Math.floor((edges[i + 1]! / edges[i]!) * 2 ** 31),
);
/** exp(-x²/2) at the edges: a layer spans density[layer] to density[layer + 1]. */
export const density: Float64Array = edges.map(gauss);

function gauss(x: number): number {
  return Math.exp(-0.5 * x * x);
}
