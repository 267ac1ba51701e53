import type { DiagnosticRecord } from "../diagnostics/record.ts";
import type { ScalarEvent } from "./event-file.ts";

type Scalars = NonNullable<ScalarEvent["summary"]>["value"];
type PerTask<T> = Readonly<Record<string, T>>;

const scalar = (tag: string, value: number | null): Scalars =>
  value === null ? [] : [{ tag, simple_value: value }];

const perTask = (kind: string, values: PerTask<number | null>): Scalars =>
  Object.entries(values).flatMap(([name, value]) => scalar(`${kind}/${name}`, value));

/** The pairs of a symmetric matrix, each once, without those of a task with itself. */
function perPair(kind: string, values: PerTask<PerTask<number | null>>): Scalars {
  const names = Object.keys(values);
  return names.flatMap((a, i) =>
    names.slice(i + 1).flatMap((b) => scalar(`${kind}/${a}/${b}`, values[a]![b]!)),
  );
}

/** What TensorBoard shows of a diagnosis; values that are not there are left out. */
export function scalarsOf(record: DiagnosticRecord): Scalars {
  if (record.kind === "gradients") {
    const { norms, effectiveWeights, cosines } = record;
    return [
      ...perTask("gradient-norm", norms),
      ...perTask("effective-weight", effectiveWeights ?? {}),
      ...perPair("gradient-cosine", cosines),
    ];
  }
  if (record.kind === "affinity") {
    return Object.entries(record.affinity).flatMap(([from, to]) => perTask(`affinity/${from}`, to));
  }
  const { metric, excess, noise, worse } = record;
  return [
    ...scalar(`single-task/${metric}-excess`, excess),
    ...scalar(`single-task/${metric}-noise`, noise),
    ...scalar("single-task/worse", worse ? 1 : 0),
  ];
}
