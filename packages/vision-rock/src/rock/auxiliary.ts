/** The auxiliary tasks, in the order in which their features stand behind the map. */
export const AUXILIARIES = ["scene", "depth", "normals"] as const;

export type Auxiliary = (typeof AUXILIARIES)[number];

/** One thing a task, for the tasks that there are. */
export type ByAuxiliary<T> = { readonly [task in Auxiliary]?: T };

/** `f` of every task that is there, in the tasks' order. */
export const byAuxiliary = <T>(tasks: readonly Auxiliary[], f: (task: Auxiliary) => T): ByAuxiliary<T> =>
  Object.fromEntries(AUXILIARIES.filter((task) => tasks.includes(task)).map((task) => [task, f(task)]));
