import type { NDArray, Tree } from "@outrigger/core";
import type { DecoderOptions, DecoderParams } from "../src/model/decoder.ts";

/** The decoder in float64, one sequence and one number at a time, from the formulas of the papers. */

type Vector = readonly number[];

const row = ({ data, shape }: NDArray, i: number): number[] => {
  const width = shape.at(-1)!;
  return Array.from({ length: width }, (_, j) => data[i * width + j]!);
};

const affine = (x: Vector, { kernel, bias }: { kernel: NDArray; bias: NDArray }): number[] => {
  const outputs = kernel.shape[1]!;
  return Array.from({ length: outputs }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * kernel.data[i * outputs + j]!, bias.data[j]!),
  );
};

const norm = (x: Vector, { scale, shift }: { scale: NDArray; shift: NDArray }): number[] => {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale.data[i]! + shift.data[i]!);
};

const plus = (a: Vector, b: Vector): number[] => a.map((value, i) => value + b[i]!);

/** Abramowitz and Stegun's series of the error function, to double precision for the small arguments of these tests. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));

/** What each encoding says, written from its formula: a vector for an id, angles of pairs, or a bias for two ids. */
interface Oracle {
  readonly embed?: (params: Tree<NDArray>, id: number, size: number) => number[];
  readonly angle?: (id: number, pair: number, width: number) => number;
  readonly bias?: (params: Tree<NDArray>, query: number, key: number, head: number, heads: number) => number;
}

const lookUp = (table: Tree<NDArray>, id: number): number[] => row(table as NDArray, id);

function fireBias(params: Tree<NDArray>, i: number, j: number, head: number): number {
  const { speed, stretch, hidden, output } = params as never as Record<string, never> & {
    speed: NDArray;
    stretch: NDArray;
    hidden: { kernel: NDArray; bias: NDArray };
    output: NDArray;
  };
  const c = Math.abs(speed.data[0]!);
  const threshold = 6 * stretch.data[0]!;
  const ratio = Math.log(c * Math.max(0, i - j) + 1) / Math.log(c * Math.max(i, threshold) + 1);
  const inner = affine([ratio], hidden).map((x) => Math.max(0, x));
  return inner.reduce((sum, value, m) => sum + value * row(output, m)[head]!, 0);
}

function t5Bucket(distance: number): number {
  if (distance < 16) return distance;
  return Math.min(31, 16 + Math.floor((Math.log(distance / 16) / Math.log(128 / 16)) * 16));
}

const oracles: Readonly<Record<string, Oracle>> = {
  nope: {},
  sinusoidal: {
    embed: (_, id, size) =>
      Array.from({ length: size }, (_unused, i) => {
        const m = i % (size / 2);
        return (i < size / 2 ? Math.sin : Math.cos)(id / 10_000 ** ((2 * m) / size));
      }),
  },
  learned: { embed: lookUp },
  abacus: { embed: lookUp },
  coupled: { embed: lookUp },
  rope: { angle: (id, pair, width) => id * 10_000 ** ((-2 * pair) / width) },
  // Two heads: slopes 2^-4 and 2^-8.
  alibi: { bias: (_, i, j, head, heads) => -(2 ** ((-8 * (head + 1)) / heads)) * Math.max(0, i - j) },
  "t5-bias": { bias: (table, i, j, head) => row(table as NDArray, t5Bucket(Math.max(0, i - j)))[head]! },
  fire: { bias: fireBias },
};

export interface Reference {
  /** [steps][vocabulary] */
  readonly logits: number[][];
  /** [pass][head][query][key] */
  readonly weights: number[][][][];
}

/**
 * @param factor of the logits, from the number of visible keys, the layer and the head
 */
export function reference(
  options: Required<DecoderOptions>,
  params: DecoderParams,
  { tokens, positions }: { readonly tokens: Vector; readonly positions: Vector },
  factor: (visible: number, layer: number, head: number) => number = () => 1,
): Reference {
  const { size, heads, loops, positions: encoding } = options;
  const width = size / heads;
  const { embed, angle, bias } = oracles[encoding.name]!;
  const embedded = tokens.map((token, t) => {
    const plain = row(params.tokens.table, token);
    return embed ? plus(plain, embed(params.positions, positions[t]!, size)) : plain;
  });
  const weights: number[][][][] = [];

  /** Query or key of a head: features of the plain layout, or pairs (m, width/2 + m) turned by their angles. */
  function feature(projected: Vector, which: 0 | 1, head: number, id: number): number[] {
    if (!angle) return projected.slice(which * size + head * width, which * size + (head + 1) * width);
    const half = width / 2;
    const start = which * (size / 2) + head * half;
    const pairs = Array.from({ length: half }, (_, m) => {
      const [a, b] = [projected[start + m]!, projected[size + start + m]!];
      const turn = angle(id, m, width);
      return [a * Math.cos(turn) - b * Math.sin(turn), a * Math.sin(turn) + b * Math.cos(turn)];
    });
    return [...pairs.map(([a]) => a!), ...pairs.map(([, b]) => b!)];
  }

  function block(x: readonly Vector[], layer: number): number[][] {
    const p = params.blocks[layer]!;
    const projected = x.map((step) => affine(norm(step, p.attentionNorm), p.attention.project));
    const map: number[][][] = Array.from({ length: heads }, () => []);
    const mixed = x.map((_, i) =>
      Array.from({ length: heads }, (_unused, head) => {
        const q = feature(projected[i]!, 0, head, positions[i]!);
        const scores = Array.from({ length: i + 1 }, (_key, j) => {
          const k = feature(projected[j]!, 1, head, positions[j]!);
          const content = q.reduce((sum, value, m) => sum + value * k[m]!, 0) / Math.sqrt(width);
          const extra = bias ? bias(params.positions, positions[i]!, positions[j]!, head, heads) : 0;
          return (content + extra) * factor(i + 1, layer, head);
        });
        const top = Math.max(...scores);
        const exp = scores.map((s) => Math.exp(s - top));
        const total = exp.reduce((a, b) => a + b);
        const share = exp.map((e) => e / total);
        map[head]!.push(share);
        return Array.from({ length: width }, (_m, m) =>
          share.reduce((sum, w, j) => sum + w * projected[j]![2 * size + head * width + m]!, 0),
        );
      }).flat(),
    );
    weights.push(map);
    return x.map((step, i) => {
      const middle = plus(step, affine(mixed[i]!, p.attention.merge));
      return plus(middle, affine(affine(norm(middle, p.hiddenNorm), p.hidden).map(gelu), p.output));
    });
  }

  let x = embedded;
  for (let loop = 0; loop < loops; loop++) {
    if (loop > 0) x = x.map((step, t) => plus(step, embedded[t]!));
    params.blocks.forEach((_, layer) => {
      x = block(x, layer);
    });
  }
  return { logits: x.map((step) => affine(norm(step, params.norm), params.output)), weights };
}
