import type { Random } from "@outrigger/core/random";
import { between } from "./draw.ts";
import type { Vector } from "./part.ts";
import type { Light } from "./plan.ts";

export type Lighting = "standard" | "shifted";

/**
 * The light of a room. `"standard"`: a lamp near the middle of the ceiling, nearly white, gamma 0.8 … 1.25, noise up to 3 %. `"shifted"`, for tests of
 * robustness: the lamp near a corner (long shadows), a strong cast of colour, a half to a fifth of the light, little of it ambient,
 * gamma 0.6 … 1.6, noise 3 … 8 %. Geometry and colours of surfaces stay the same.
 */
export function lightOf(random: Random, lighting: Lighting, [width, depth, height]: Vector): Light {
  const shifted = lighting === "shifted";
  const place = (): number =>
    shifted
      ? random.uniform() < 0.5
        ? between(random, 0.08, 0.2)
        : between(random, 0.8, 0.92)
      : between(random, 0.35, 0.65);
  const at: Vector = [width * place(), depth * place(), height - 0.12];
  const cast = shifted ? 0.45 : 0.9;
  const strength = shifted ? between(random, 0.25, 0.6) : between(random, 0.9, 1.25);
  const tint = (): number => strength * between(random, cast, 1);
  const colour: Vector = [tint(), tint(), tint()];
  const fill = shifted ? between(random, 0.15, 0.35) : between(random, 0.3, 0.45);
  return {
    at,
    colour,
    ambient: [colour[0] * fill, colour[1] * fill, colour[2] * fill],
    gamma: shifted ? between(random, 0.6, 1.6) : between(random, 0.8, 1.25),
    noise: shifted ? between(random, 0.03, 0.08) : between(random, 0, 0.03),
  };
}
