import type { Norm } from "../backbone/norm.ts";
import { requireCounts } from "../check.ts";
import type { MapShape } from "../detector/map-shape.ts";
import { VisionRockError } from "../error.ts";
import { AUXILIARIES, type Auxiliary, type ByAuxiliary, byAuxiliary } from "./auxiliary.ts";
import { FUSIONS, type FusionKind } from "./fusion/kinds.ts";
import { mapsOf, type PredictorKind } from "./predictor.ts";

/** A block as plain JSON: all but the map it stands on. */
export interface RockBlockOptions {
  /** At least one; without any, leave the block out. */
  readonly tasks: readonly Auxiliary[];
  /** Classes of scenes. Needed for the task "scene" only. */
  readonly scenes?: number;
  /** Default "sum", ROCK's. */
  readonly fusion?: FusionKind;
  /** Default "pooled", ROCK's. */
  readonly predictor?: PredictorKind;
  /** Channels of the encoder. Default a quarter of the map's, at least 32. */
  readonly encoder?: number;
  /** Channels of a task's features. Default: scene one a class, depth 1/16 of the map's and at least 16, normals three times as many. */
  readonly channels?: ByAuxiliary<number>;
  /** Three convolutions more for every task, which the paper does not have. Default false. */
  readonly taskConvolutions?: boolean;
  /** Default "group". */
  readonly norm?: Norm;
}

export interface ChosenBlock extends Required<RockBlockOptions> {
  readonly map: MapShape;
}

function requireWord(option: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  const said = `rockBlock: ${option} is ${JSON.stringify(word)}; give one of ${known.join(", ")}.`;
  throw new VisionRockError("bad-option", said, { [option]: word });
}

/** Defaults filled in and everything checked; tasks in their order. */
export function requireBlock(options: RockBlockOptions & { readonly map: MapShape }): ChosenBlock {
  const { map, scenes = 0, fusion = "sum", predictor = "pooled", norm = "group" } = options;
  for (const task of options.tasks) requireWord("tasks", task, AUXILIARIES);
  const tasks = AUXILIARIES.filter((task) => options.tasks.includes(task));
  if (tasks.length === 0 || tasks.length !== options.tasks.length) {
    const cure = "name every task once, at least one; without auxiliaries leave the block out";
    throw new VisionRockError("bad-option", `rockBlock: tasks is [${options.tasks.join(", ")}]; ${cure}.`, {
      tasks: options.tasks,
    });
  }
  requireWord("fusion", fusion, Object.keys(FUSIONS));
  requireWord("predictor", predictor, ["pooled", "conv"]);
  requireWord("norm", norm, ["group", "frozen-batch"]);
  if (tasks.includes("scene")) requireCounts("rockBlock", { scenes });
  const encoder = options.encoder ?? Math.max(32, Math.ceil(map.channels / 4));
  const depth = Math.max(16, Math.ceil(map.channels / 16));
  const usual = { scene: scenes, depth, normals: 3 * depth };
  const channels = byAuxiliary(tasks, (task) => options.channels?.[task] ?? usual[task]);
  requireCounts("rockBlock", { "map.channels": map.channels, encoder, ...channels });
  for (const [task, count] of Object.entries(channels) as [Auxiliary, number][]) {
    const maps = mapsOf(task, scenes);
    if (predictor === "conv" || count % maps === 0) continue;
    const said = `rockBlock: ${task} has ${count} channels, which the pooled predictor cannot part into ${maps} equal groups`;
    throw new VisionRockError("bad-option", `${said}; give a multiple of ${maps}.`, {
      task,
      channels: count,
    });
  }
  const { taskConvolutions = false } = options;
  return { map, tasks, scenes, fusion, predictor, encoder, channels, taskConvolutions, norm };
}
