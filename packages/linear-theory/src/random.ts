/**
 * A seeded stream of random numbers: mulberry32 (Tommy Ettinger, 2017, public domain), 32 bits of state, fast enough for Monte-Carlo
 * loops of millions of draws. Its period is 2^32; use one stream a replicate block, not one for everything.
 */
export interface Random {
  /** Uniform in (0, 1): never 0, so that its logarithm is finite. */
  uniform(): number;
  /** Standard normal, by Box and Muller's transform; both values of a pair are used. */
  normal(): number;
}

/** The stream of a seed. Seeds next to each other give unrelated streams. */
export function random(seed: number): Random {
  let state = scramble(seed | 0);
  let spare: number | undefined;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 0x100000000 + 2 ** -33;
  };
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): neighbouring seeds land far apart. */
function scramble(seed: number): number {
  let h = seed ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
