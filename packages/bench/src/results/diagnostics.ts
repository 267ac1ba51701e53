import { z } from "zod";

type Values = readonly (number | null)[];

/** What was seen of the tasks' gradients at some of the training steps. */
export interface GradientSeries {
  /** Training step of every point. */
  readonly steps: readonly number[];
  /** [task][point]: norms of the gradients of the shared parameters. */
  readonly norms: readonly Values[];
  /** [task][point]: shares in the weighted gradient, which sum to 1; null where the method gives no weights. */
  readonly effectiveWeights: readonly Values[] | null;
  /** [task][point]: cosine with the primary's gradient. */
  readonly cosines: readonly Values[];
}

/** How the tasks of one trial got along, small enough for a row: what `summarizeDiagnostics` of @outrigger/core gives. */
export interface Diagnostics {
  /** The primary first; every list is in this order. */
  readonly tasks: readonly string[];
  /** The series are there together or, in committed rows of all seeds but the first, not at all: the report draws one seed's. */
  readonly gradients?: Partial<GradientSeries> & {
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
      steps: z.array(z.number()).min(1).max(most.points).optional(),
      norms: lists.optional(),
      effectiveWeights: lists.nullable().optional(),
      cosines: lists.optional(),
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
    const { steps, norms, effectiveWeights, cosines, meanCosines } = gradients;
    if (!fits(meanCosines, tasks.length)) found.push("gradients.meanCosines");
    for (const [name, rows] of Object.entries({ norms, effectiveWeights, cosines })) {
      const astray = (rows === undefined) !== (steps === undefined);
      if (astray || (steps && rows && !fits(rows, steps.length))) found.push(`gradients.${name}`);
    }
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

/** The series of a trial's gradients, where its row has them. */
export function gradientSeries({ gradients }: Diagnostics): GradientSeries | undefined {
  const { steps, norms, effectiveWeights, cosines } = gradients ?? {};
  return steps && norms && effectiveWeights !== undefined && cosines
    ? { steps, norms, effectiveWeights, cosines }
    : undefined;
}
