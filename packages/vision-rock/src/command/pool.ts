import { type RenderPool, renderPool } from "../rooms/pool.ts";

/** Threads that render; one is the calling thread, which need not be started. Default: one a processor. */
export const poolOf = (threads: number | undefined): Promise<RenderPool> =>
  renderPool(threads === undefined ? {} : { workers: threads === 1 ? 0 : threads });
