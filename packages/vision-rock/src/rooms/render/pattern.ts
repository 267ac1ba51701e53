import type { Material } from "../plan/material.ts";

/** A whole-number hash of a cell, from 0 to 1. */
function speckle(i: number, j: number): number {
  let h = Math.imul(i, 0x27d4eb2d) ^ Math.imul(j, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 0x100000000;
}

/** Share of a pixel as wide as `foot` that lies within `half` of a multiple of `period`; the mean where it holds several of these lines. */
function line(x: number, period: number, half: number, foot: number): number {
  if (foot >= period) return (2 * half) / period;
  const distance = Math.abs(x - period * Math.round(x / period));
  const covered = (half + foot / 2 - distance) / foot;
  return covered <= 0 ? 0 : Math.min(covered, 1, (2 * half) / foot);
}

/** What two sets of lines cover together. */
const either = (a: number, b: number): number => a + b - a * b;

/** Half the width of the joints between tiles and bricks, metres. */
const JOINT = 0.012;

/**
 * Share of the second colour at a place (u, v) of a surface, metres; v runs up walls. A pixel is `foot` metres wide there: joints
 * thinner than a pixel grow faint and patterns finer than two pixels blur to their mean, so that distance makes no noise.
 *
 * @param spot holds u, v and foot at places 3, 4 and 5.
 */
export function patternAt({ pattern, size }: Material, spot: Float64Array): number {
  const u = spot[3]!;
  const v = spot[4]!;
  const foot = spot[5]!;
  switch (pattern) {
    case "checker":
      return foot > size / 2 ? 0.5 : (Math.floor(u / size) + Math.floor(v / size)) & 1;
    case "waves":
      return foot > size / 2 ? 0.5 : 0.5 + 0.5 * Math.sin((2 * Math.PI * (u + 0.5 * v)) / size);
    case "stripes":
      return foot > size / 2 ? 0.5 : Math.floor(u / size) & 1;
    case "tiles":
      return either(line(u, size, JOINT, foot), line(v, size, JOINT, foot));
    case "bricks": {
      const course = Math.floor((2 * v) / size);
      const shift = (course & 1) * (size / 2);
      return either(line(u + shift, size, JOINT, foot), line(v, size / 2, JOINT, foot));
    }
    case "planks": {
      const board = Math.floor(u / size);
      const end = line(v + 3 * speckle(board, 7), 1.6, JOINT / 2, foot);
      const joint = either(line(u, size, JOINT / 2, foot), end);
      return Math.max(
        joint,
        foot > size ? 0.2 : 0.4 * speckle(board, Math.floor((v + 3 * speckle(board, 7)) / 1.6)),
      );
    }
    case "grain":
      return foot > size ? 0.3 : 0.6 * speckle(Math.floor(u / size), Math.floor(v / size));
    default:
      return 0;
  }
}
