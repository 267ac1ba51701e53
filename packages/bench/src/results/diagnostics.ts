import { z } from "zod";

type Values = readonly (number | null)[];

/** How the tasks of one trial got along, small enough for a row: what `summarizeDiagnostics` of @outrigger/core gives. */
export interface Diagnostics {
  /** The primary first; every list is in this order. */
  readonly tasks: readonly string[];
  readonly gradients?: {
    /** Training step of every point. */
    readonly steps: readonly number[];
    /** [task][point]: norms of the gradients of the shared parameters. */
    readonly norms: readonly Values[];
    /** [task][point]: shares in the weighted gradient, which sum to 1; null where the method gives no weights. */
    readonly effectiveWeights: readonly Values[] | null;
    /** [task][point]: cosine with the primary's gradient. */
    readonly cosines: readonly Values[];
    /** [task][task]: mean cosine. */
    readonly meanCosines: readonly Values[];
  };
  /** [from][to]: mean look-ahead loss ratio. */
  readonly affinity?: readonly Values[];
}

/** Limits that keep a row of results small: some 5 kB at most for six tasks. */
const most = { tasks: 32, points: 64 };

/** One check of a whole list: zod's arrays are copied value by value, which takes half the time of reading a file of results. */
export const valuesSchema: z.ZodType<(number | null)[]> = z.custom<(number | null)[]>(
  (list) => Array.isArray(list) && list.every((value) => value === null || Number.isFinite(value)),
  "Invalid input: expected a list of numbers or null",
);
const lists = z.array(valuesSchema);

const shape = z.object({
  tasks: z.array(z.string()).min(1).max(most.tasks),
  gradients: z
    .object({
      steps: z.array(z.number()).min(1).max(most.points),
      norms: lists,
      effectiveWeights: lists.nullable(),
      cosines: lists,
      meanCosines: lists,
    })
    .optional(),
  affinity: lists.optional(),
});

/** Every matrix has a list a task, and every list as many values as its axis says. */
function misfits({ tasks, gradients, affinity }: z.infer<typeof shape>): string[] {
  const fits = (rows: readonly Values[], columns: number): boolean =>
    rows.length === tasks.length && rows.every((row) => row.length === columns);
  const found: string[] = [];
  if (new Set(tasks).size < tasks.length) found.push("tasks");
  if (affinity && !fits(affinity, tasks.length)) found.push("affinity");
  if (gradients) {
    const { steps, meanCosines, ...series } = gradients;
    if (!fits(meanCosines, tasks.length)) found.push("gradients.meanCosines");
    for (const [name, rows] of Object.entries(series))
      if (rows !== null && !fits(rows, steps.length)) found.push(`gradients.${name}`);
  }
  return found;
}

export const diagnosticsSchema: z.ZodType<Diagnostics> = shape.superRefine((value, context) => {
  for (const field of misfits(value)) {
    const message =
      field === "tasks"
        ? "two tasks have one name"
        : `${field} does not have one list a task, of one value a ${/meanCosines|affinity/.test(field) ? "task" : "step"}`;
    context.addIssue({ code: "custom", message, path: field.split(".") });
  }
});
