/**
 * What a loss is multiplied by before any method weighs the tasks. Those of https://github.com/vita-epfl/rock-pytorch for NYUv2; the paper
 * has 3 in the place of `localization`'s 6.
 */
export const LOSS_WEIGHTS = {
  confidence: 1,
  localization: 6,
  scene: 3,
  depth: 3,
  normals: 30,
} as const;
