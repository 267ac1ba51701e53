import type { Evaluated } from "../../src/command/eval.ts";
import type { Traced, TracedSequence } from "../../src/command/trace.ts";
import { curvesOf, type TestedModel } from "../../src/evaluate/curves.ts";
import type { AnswerScore } from "../../src/metric/answer-score.ts";
import { type LengthScore, summarizeLength } from "../../src/metric/length-score.ts";
import { type Configuration, configuration } from "../../src/setup/configuration.ts";

/** What a name may hold that would like to be code. */
const hostile = `</pre><script>document.title = "taken"</script><img src="http://192.0.2.1/x.png" onerror="document.title='taken'">`;

/** A score with so many right answers of 20. */
function score(length: number, exact: number): LengthScore {
  const right: AnswerScore = {
    exact: true,
    tokenAccuracy: 1,
    wrongToken: false,
    missingEnd: false,
    wrongMultiset: false,
  };
  const wrong: AnswerScore = {
    exact: false,
    tokenAccuracy: 0.5,
    firstError: 2,
    wrongToken: true,
    missingEnd: true,
    wrongMultiset: false,
  };
  return summarizeLength(
    length,
    Array.from({ length: 20 }, (_, i) => (i < exact ? right : wrong)),
  );
}

export const tested = (
  folder: string,
  given: Partial<Configuration>,
  exact: readonly number[],
): TestedModel => ({
  folder,
  configuration: configuration(given),
  scores: exact.map((count, i) => score(5 * (i + 1), count)),
});

export const evaluated: Evaluated = {
  task: "reverse",
  describe: "N items.",
  samples: 20,
  testSeed: 0,
  curves: curvesOf([
    tested(hostile, { seed: 0 }, [20, 20, 19, 12]),
    tested("b", { seed: 1 }, [20, 20, 20, 4]),
    tested("c", { auxiliary: [] }, [20, 20, 2, 0]),
  ]),
};

const steps = 21;

const sequence: TracedSequence = {
  index: 3,
  tokens: Array.from({ length: steps + 1 }, (_, i) => (i === 4 ? hostile : `t${i}`)),
  separator: 10,
  query: 14,
  wrong: true,
  said: "7",
  expected: hostile,
  weights: [0, 1].map(() =>
    [0, 1].map(() =>
      Array.from({ length: steps }, (_, query) =>
        Array.from({ length: steps }, (_unused, key) => (key <= query ? 1 / (query + 1) : 0)),
      ),
    ),
  ),
  supports: Array.from({ length: 11 }, (_, t) => ({
    query: 10 + t,
    keys: [0, Math.max(1, 9 - t), 10, 10 + t],
  })),
};

export const traced: Traced = {
  folder: hostile,
  configuration: configuration(),
  task: { name: "reverse", describe: "N items." },
  scores: [score(5, 20), score(10, 20), score(15, 11)],
  length: 15,
  right: 11,
  samples: 20,
  sequence,
  bound: {
    support: 4,
    kept: 12,
    context: 17.4,
    restrictions: 20,
    right: 0.95,
    heads: [
      { pass: 0, head: 0, restricted: 0.5, predicted: 1, measured: 1.1, margin: 2, valueBound: 3, safe: 30 },
      {
        pass: 0,
        head: 1,
        restricted: 0.1,
        predicted: 0.2,
        measured: 0.2,
        margin: 9,
        valueBound: 3,
        safe: Number.POSITIVE_INFINITY,
      },
      {
        pass: 1,
        head: 0,
        restricted: Number.POSITIVE_INFINITY,
        predicted: Number.POSITIVE_INFINITY,
        measured: 4,
        margin: 2,
        valueBound: 3,
      },
      {
        pass: 1,
        head: 1,
        restricted: 0.01,
        predicted: 0.02,
        measured: 0.03,
        margin: 2,
        valueBound: 3,
        safe: 400,
      },
    ],
  },
  lengthWithin: (tokens) => Math.floor((tokens - 2) / 2),
};
