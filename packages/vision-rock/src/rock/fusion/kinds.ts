import { crossStitchFusion } from "./cross-stitch.ts";
import type { Fusion, FusionSetting } from "./fusion.ts";
import { gatedFusion, gatedMapFusion } from "./gated.ts";
import { mtanFusion } from "./mtan.ts";
import { nddrFusion } from "./nddr.ts";
import { padNetA, padNetB, padNetC } from "./pad-net.ts";
import { noFusion, sumFusion } from "./sum.ts";

/** Names of the ways to fuse; "none" is flat multi-task learning, "sum" is ROCK. */
export type FusionKind =
  | "cross-stitch"
  | "gated"
  | "gated-map"
  | "mtan"
  | "nddr"
  | "none"
  | "pad-net-a"
  | "pad-net-b"
  | "pad-net-c"
  | "sum";

export const FUSIONS: Readonly<Record<FusionKind, (setting: FusionSetting) => Fusion>> = {
  "cross-stitch": crossStitchFusion,
  gated: gatedFusion,
  "gated-map": gatedMapFusion,
  mtan: mtanFusion,
  nddr: nddrFusion,
  none: noFusion,
  "pad-net-a": padNetA,
  "pad-net-b": padNetB,
  "pad-net-c": padNetC,
  sum: sumFusion,
};
