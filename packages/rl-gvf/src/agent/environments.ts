import type { Batch } from "../environment/batch.ts";
import type { Episode } from "../environment/vector.ts";
import type { ObservationSpace } from "../environment.ts";

/**
 * What an agent acts in: a `VectorEnvironment` or something that answers later, such as a bridge. Auto-reset is `next-step`. Without
 * `save` and `load` a run cannot be continued bit for bit.
 */
export interface AgentEnvironments {
  readonly name: string;
  readonly count: number;
  readonly observation: ObservationSpace;
  readonly actions: readonly string[];
  readonly autoreset?: string;
  reset(batch: Batch): void | Promise<void>;
  step(actions: ArrayLike<number>, batch: Batch): Episode[] | Promise<Episode[]>;
  save?(): unknown;
  load?(state: never): void;
}
