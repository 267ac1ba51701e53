import { asterix } from "./asterix.ts";
import { breakout } from "./breakout.ts";
import { freeway } from "./freeway.ts";
import { seaquest } from "./seaquest.ts";
import { spaceInvaders } from "./space-invaders.ts";

/** The five games by name. */
export const minatarGames: {
  readonly asterix: typeof asterix;
  readonly breakout: typeof breakout;
  readonly freeway: typeof freeway;
  readonly seaquest: typeof seaquest;
  readonly "space-invaders": typeof spaceInvaders;
} = { asterix, breakout, freeway, seaquest, "space-invaders": spaceInvaders };
