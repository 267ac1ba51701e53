import { bootstrapInterval, type Interval } from "../statistics/bootstrap.ts";
import { fewestBenchmarks } from "../statistics/critical-difference.ts";
import { type Friedman, friedman } from "../statistics/friedman.ts";
import { interquartileMean, mean } from "../statistics/interquartile-mean.ts";
import { ranks } from "../statistics/ranks.ts";
import { gains } from "./gain.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "./summary.ts";

/** One table of a benchmark: what methods are ranked on. */
export interface Problem {
  readonly summary: BenchmarkSummary;
  readonly group: GroupSummary;
}

/** A method on one problem. */
export interface Place {
  readonly problem: Problem;
  readonly line: Line;
  /** Gain over the reference of every seed, a share: 0.05 is five per cent better. */
  readonly gains: readonly number[];
  /** Seconds of a trial over those of the reference. */
  readonly cost: number;
}

export interface Standing {
  readonly method: string;
  readonly places: readonly Place[];
  /** IQM of the gains of all seeds and problems, with a bootstrap interval stratified by problem. */
  readonly gain: number;
  readonly interval: Interval;
  /** Mean rank over the problems; null unless the method is complete on every one of them. */
  readonly rank: number | null;
  /** Geometric mean over the problems of the cost. */
  readonly cost: number;
}

/** The methods of a domain over all its problems. */
export interface Standings {
  readonly title: string;
  readonly problems: readonly Problem[];
  /** The row that every gain is over; its own standing is among the others. */
  readonly reference: string;
  /** The best mean rank first, then those without a rank by their gain. */
  readonly standings: readonly Standing[];
  /** Of the ranked methods over the benchmarks; null below five benchmarks or two methods. */
  readonly friedman: {
    readonly methods: readonly string[];
    readonly benchmarks: number;
    readonly test: Friedman;
  } | null;
  readonly notes: readonly string[];
}

/** Of thousands of runs: enough for the digits that are shown, in a fifth of the time. */
const resamples = 400;

/** The reference is the single task where every problem has it, for that is what auxiliary tasks are to beat. */
const preferred = "single-task";

/** One leaderboard a domain (the name's part before the slash), and one over all where there are several. */
export function leaderboards(summaries: readonly BenchmarkSummary[]): Standings[] {
  const concluding = summaries.filter(({ tier }) => tier !== "smoke");
  const domains = [...new Set(concluding.map(domainOf))];
  const made = domains.map((domain) =>
    standings(
      domain,
      concluding.filter((each) => domainOf(each) === domain),
    ),
  );
  const all = domains.length > 1 ? [standings("all domains", concluding)] : [];
  return [...made, ...all].filter((each) => each !== null);
}

const domainOf = ({ benchmark }: BenchmarkSummary): string => benchmark.name.split("/")[0] ?? "";

/** null where no row is in every problem. */
function standings(title: string, summaries: readonly BenchmarkSummary[]): Standings | null {
  const problems = summaries.flatMap((summary) => summary.groups.map((group) => ({ summary, group })));
  const candidates = [preferred, ...new Set(summaries.map(({ benchmark }) => benchmark.baseline))];
  const reference = candidates.find((method) =>
    problems.every(({ group }) => group.lines.some((line) => line.method === method && line.values.size > 0)),
  );
  if (reference === undefined) return null;
  const places = problems.flatMap((problem) => placesOf(problem, reference));
  const unusable = problems.filter((problem) => !places.some((place) => place.problem === problem));
  const notes = unusable.map(
    ({ summary, group }) =>
      `${summary.benchmark.name} ${group.group}`.trim() +
      ` is left out: ${reference} is at 0 there, and nothing is relative to 0.`,
  );
  const used = problems.filter((problem) => !unusable.includes(problem));
  const methods = [...new Set(places.map(({ line }) => line.method))];
  const complete = methods.filter((method) => {
    const own = places.filter(({ line }) => line.method === method);
    return own.length === used.length && own.every(({ line }) => line.values.size === line.expected);
  });
  const rankOf = meanRanks(used, places, complete);
  const rows = methods.map((method): Standing => {
    const own = places.filter(({ line }) => line.method === method);
    const strata = own.map((place) => place.gains);
    return {
      method,
      places: own,
      gain: interquartileMean(strata.flat()),
      interval: bootstrapInterval(strata, { resamples }),
      rank: rankOf.get(method) ?? null,
      cost: Math.exp(mean(own.map(({ cost }) => Math.log(cost)))),
    };
  });
  rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || b.gain - a.gain || 0);
  return { title, problems: used, reference, standings: rows, friedman: test(places, complete), notes };
}

/** Every row of a problem but the controls, some of which know what no method may know; none where the reference is at 0. */
function placesOf(problem: Problem, reference: string): Place[] {
  const { lines } = problem.group;
  const other = lines.find(({ method }) => method === reference);
  if (other === undefined || other.center === 0) return [];
  return lines
    .filter((line) => line.kind !== "control")
    .map((line) => ({
      problem,
      line,
      gains: gains(line, other, problem.summary.benchmark.metric.better),
      cost: line.seconds / other.seconds,
    }))
    .filter((place) => place.gains.length > 0);
}

function meanRanks(
  problems: readonly Problem[],
  places: readonly Place[],
  methods: readonly string[],
): Map<string, number> {
  const perProblem = problems.map((problem) => {
    const gainOf = (method: string): number =>
      interquartileMean(
        places.find((place) => place.problem === problem && place.line.method === method)?.gains ?? [],
      );
    return ranks(methods.map((method) => -gainOf(method)));
  });
  return new Map(methods.map((method, i) => [method, mean(perProblem.map((list) => list[i] ?? 0))]));
}

/** A benchmark with several groups counts once, by the mean over its groups: they share their data. */
function test(places: readonly Place[], methods: readonly string[]): Standings["friedman"] {
  const benchmarks = [...new Set(places.map(({ problem }) => problem.summary))];
  if (benchmarks.length < fewestBenchmarks || methods.length < 2) return null;
  const scores = benchmarks.map((summary) =>
    methods.map((method) =>
      mean(
        places
          .filter(({ problem, line }) => problem.summary === summary && line.method === method)
          .map((place) => interquartileMean(place.gains)),
      ),
    ),
  );
  return { methods, benchmarks: benchmarks.length, test: friedman(scores, "higher") };
}
