import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as theory from "../src/index.ts";
import { LinearTheoryError, type Problem, type TaskData } from "../src/index.ts";

/** Numbers of every size that a double has, and those that are none. */
const magnitude = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0.01, max: 100, noNaN: true }) },
  { weight: 3, arbitrary: fc.integer({ min: -300, max: 300 }).map((log) => 10 ** log) },
  { weight: 2, arbitrary: fc.constant(0) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, Number.MAX_VALUE, Number.MIN_VALUE),
  },
);
const signed = fc.tuple(magnitude, fc.boolean()).map(([value, negative]) => (negative ? -value : value));
const count = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, Number.NaN, 1e15, Number.MAX_SAFE_INTEGER, 1e300) },
);
const listOf = <T>(value: fc.Arbitrary<T>, length: number) =>
  fc.array(value, { minLength: length, maxLength: length });

/** G of points of every size, and now and then a matrix that is none. */
const shiftsOf = (tasks: number): fc.Arbitrary<number[][]> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: listOf(listOf(fc.double({ min: -1, max: 1, noNaN: true }), 2), tasks).chain((points) =>
        fc
          .constantFrom(0, 1, 1e-150, 1e150, 1e-12, 1e6)
          .map((scale) =>
            points.map((a, j) =>
              points.map((b, k) =>
                j === 0 || k === 0 ? 0 : scale * a[0]! * (scale * b[0]!) + scale * a[1]! * (scale * b[1]!),
              ),
            ),
          ),
      ),
    },
    { weight: 1, arbitrary: listOf(listOf(signed, tasks), tasks) },
  );

const problem: fc.Arbitrary<Problem> = fc
  .oneof({ weight: 3, arbitrary: fc.constant(2) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }) })
  .chain((tasks) =>
    fc.record({
      features: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }) },
        { weight: 1, arbitrary: count },
      ),
      rows: fc.oneof(
        listOf(count, tasks),
        count.map((n) => new Array<number>(tasks).fill(n)),
      ),
      noise: listOf(magnitude, tasks),
      shifts: shiftsOf(tasks),
    }),
  );

/** Data of ordinary numbers at a scale of the task's own, and now and then one of any size or none. */
const data: fc.Arbitrary<TaskData[]> = fc
  .record({
    tasks: fc.integer({ min: 1, max: 3 }),
    features: fc.integer({ min: 1, max: 4 }),
    entry: fc.oneof(
      { weight: 4, arbitrary: fc.constant(fc.double({ min: -3, max: 3, noNaN: true })) },
      { weight: 1, arbitrary: fc.constant(signed) },
    ),
  })
  .chain(({ tasks, features, entry }) =>
    listOf(
      fc
        .tuple(fc.integer({ min: 0, max: 14 }), fc.constantFrom(1, 1, 1e-140, 1e140, 1e-9, 1e9, 1e160))
        .chain(([n, scale]) =>
          fc.record({
            x: listOf(listOf(entry, features), n + features + 1),
            y: listOf(entry, n + features + 1).map((y) => y.map((value) => value * scale)),
          }),
        ),
      tasks,
    ),
  );

/** What a call returns; undefined where it throws an error of this package. */
function soft(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof LinearTheoryError) return undefined;
    throw error;
  }
}

/** No NaN anywhere in what a call returns; errors must be the package's own. Whether there was a result. */
function checked(call: () => unknown): boolean {
  const result = soft(call);
  noNaN(result, "result");
  return Array.isArray(result) ? result.some((entry) => entry !== undefined) : result !== undefined;
}

/** Calls a function on random inputs, none of which may give NaN; the share of inputs that are not refused. */
function answered<T>(inputs: fc.Arbitrary<T>, call: (input: T) => unknown, numRuns = runs): number {
  let results = 0;
  let calls = 0;
  fc.assert(
    fc.property(inputs, (input) => {
      calls++;
      if (checked(() => call(input))) results++;
    }),
    { numRuns },
  );
  return results / calls;
}

const runs = 100;

function noNaN(value: unknown, path: string): void {
  if (typeof value === "number") expect(Number.isNaN(value), `${path} is NaN`).toBe(false);
  else if (ArrayBuffer.isView(value))
    for (const [i, entry] of [...(value as Float64Array)].entries()) noNaN(entry, `${path}[${i}]`);
  else if (value !== null && typeof value === "object")
    for (const [key, entry] of Object.entries(value)) noNaN(entry, `${path}.${key}`);
}

const ofProblem: Record<string, (p: Problem, a: number[]) => unknown> = {
  averagingRisk: theory.averagingRisk,
  benefit: (p, a) =>
    (["shared", "average", "pooled"] as const).map((design) => soft(() => theory.benefit(p, a, design))),
  checkProblem: theory.checkProblem,
  designRisk: (p, a) => theory.designRisk(p, a, "pooled"),
  equivalentRisk: theory.equivalentRisk,
  optimalWeights: (p) =>
    (["shared", "average", "pooled"] as const).flatMap((design) =>
      [false, true].map((negative) => soft(() => theory.optimalWeights(p, { design, negative }))),
    ),
  pooledRisk: theory.pooledRisk,
  riskMatrix: (p) => [
    soft(() => theory.riskMatrix(p, "average")),
    soft(() => theory.riskMatrix(p, "shared", p.shifts)),
  ],
  sharedDesignRisk: (p, a) => [
    soft(() => theory.sharedDesignRisk(p, a)),
    soft(() => theory.sharedDesignRisk(p, a, p.shifts)),
  ],
  shiftThreshold: theory.shiftThreshold,
  singleTaskRisk: theory.singleTaskRisk,
  twoTaskRisk: theory.twoTaskRisk,
  weightInterval: (p) => [
    soft(() => theory.weightInterval(p, "shared")),
    soft(() => theory.weightInterval(p, "average")),
  ],
  quadraticProgrammes: (p) => [
    soft(() => theory.simplexQp(p.shifts)),
    soft(() => theory.equalityQp(p.shifts)),
  ],
};

const ofData: Record<string, (tasks: TaskData[], a: number[]) => unknown> = {
  benefitInterval: (tasks, a) => theory.benefitInterval(tasks, a, { resamples: 20 }),
  estimateProblem: theory.estimateProblem,
  fixedDesign: (tasks, a) => {
    const design = {
      x: tasks.map((task) => task.x),
      coefficients: tasks.map((task) => task.y.slice(0, task.x[0]?.length ?? 0)),
      noise: a,
    };
    return [
      soft(() => theory.fixedDesignRisk(design, a)),
      soft(() => theory.fixedDesignGradient(design, a)),
      soft(() => theory.optimalWeights(design, { design: "fixed" })),
    ];
  },
  equivalentShiftRisk: (tasks, a) => {
    const features = tasks[0]!.x[0]?.length ?? 0;
    const covariance = ({ x }: TaskData) =>
      Array.from({ length: features }, (_, i) =>
        Array.from({ length: features }, (__, j) => x.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
      );
    return theory.equivalentShiftRisk(
      {
        rows: tasks.map(({ y }) => 7 * y.length),
        covariances: tasks.map(covariance),
        coefficients: tasks.map(({ y }) => y.slice(0, features)),
        noise: a,
      },
      a,
    );
  },
  lasso: ([task], a) => theory.lasso(task!, a[0]!),
  crossValidatedPenalty: ([task]) => theory.crossValidatedPenalty(task!, { folds: 3, seed: 0 }),
  jamesSteinTransfer: (tasks, a) => theory.jamesSteinTransfer(tasks, a.slice(1)),
  mallowsCp: (tasks, a) => theory.mallowsCp(tasks, a, a[0]!),
  plugInWeights: (tasks) =>
    (["shared", "average", "pooled"] as const).map((design) =>
      soft(() => theory.plugInWeights(tasks, { design })),
    ),
};

describe("no NaN leaves", () => {
  it.each(Object.keys(ofProblem))("%s", (name) => {
    const inputs = problem.chain((p) => fc.tuple(fc.constant(p), listOf(magnitude, p.rows.length)));
    expect(answered(inputs, ([p, a]) => ofProblem[name]!(p, a))).toBeGreaterThan(0.1);
  });

  it("rowPhases", () => {
    expect(answered(problem, theory.rowPhases, 40)).toBeGreaterThan(0.1);
  });

  it("poolingCoefficients", () => {
    const inputs = fc.tuple(fc.array(count), count);
    expect(
      answered(inputs, ([rows, features]) => theory.poolingCoefficients(rows, features)),
    ).toBeGreaterThan(0.1);
  });

  it.each(Object.keys(ofData))("%s", (name) => {
    const inputs = data.chain((tasks) => fc.tuple(fc.constant(tasks), listOf(magnitude, tasks.length)));
    expect(answered(inputs, ([tasks, a]) => ofData[name]!(tasks, a))).toBeGreaterThan(0.1);
  });

  it("every exported function is tried here, in analyse.test.ts, network-no-nan.test.ts or simulate/simulate.test.ts", () => {
    const tried = new Set([
      "analyse",
      "alternatingNetwork",
      "autoNetwork",
      "checkNetwork",
      "linearNetwork",
      "networkBound",
      "networkFirstOrder",
      "networkMonteCarlo",
      "networkSure",
      "networkWeights",
      "reducedRank",
      "networkBoundStudy",
      "networkSureStudy",
      "dataEnriched",
      "transLasso",
      "aggregatedTransLasso",
      "bestRidgeToSource",
      "doubleDescentCurve",
      "minimumNormRisk",
      "ridgeToSourceRisk",
      "drawData",
      "simulateAveraged",
      "simulatePooled",
      "simulateShared",
      ...Object.keys(ofProblem),
      ...Object.keys(ofData),
      "LinearTheoryError",
      "equalityQp",
      "fixedDesignGradient",
      "fixedDesignRisk",
      "poolingCoefficients",
      "rowPhases",
      "simplexQp",
    ]);
    expect(Object.keys(theory).filter((name) => !tried.has(name))).toEqual([]);
  });
});
