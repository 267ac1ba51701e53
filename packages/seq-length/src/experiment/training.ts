import type { Method } from "@outrigger/core";
import { pcgrad, uniform } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import { association } from "../auxiliary/association.ts";
import { hint } from "../auxiliary/hint.ts";
import { restriction } from "../auxiliary/restriction.ts";
import { whole, wholeExample } from "../auxiliary/whole.ts";
import type { Example } from "../example.ts";
import { type AttentionScale, logn, ssmax, tempered, unscaled } from "../model/attention-scale.ts";
import { type Decoder, makeDecoder } from "../model/decoder.ts";
import { alibi } from "../model/position/alibi.ts";
import type { PositionEncoding } from "../model/position/encoding.ts";
import { fire } from "../model/position/fire.ts";
import { none } from "../model/position/none.ts";
import { rope } from "../model/position/rope.ts";
import { t5Bias } from "../model/position/t5-bias.ts";
import { randomizedPositions } from "../positions/randomized.ts";
import { sequenceLength } from "../task/task.ts";
import { curriculum } from "../train/curriculum.ts";
import { type Drawn, type MixedTask, type Mixing, placed } from "../train/mixture.ts";
import type { Problem } from "./problem.ts";
import type { Positions, RowOptions, Rule, Scale } from "./rows.ts";
import type { Settings } from "./settings.ts";

export type TrialOptions = Settings & RowOptions;

const encodings: Readonly<Record<Positions, () => PositionEncoding>> = {
  rope,
  nope: none,
  alibi,
  "randomized-rope": rope,
  t5: t5Bias,
  fire,
};
const scales: Readonly<Record<Scale, (options: { readonly length: number }) => AttentionScale>> = {
  none: unscaled,
  tempered,
  logn,
  ssmax,
};
const methods: Readonly<Record<Rule, () => Method>> = { uniform, pcgrad };

/** Other position ids, in training and in tests, or the same example. */
export const placing =
  ({ positions, ids }: TrialOptions): ((example: Example, random: Random) => Example) =>
  (example, random) =>
    positions === "randomized-rope" ? randomizedPositions(example, random, ids) : example;

/** The decoder of a row. Rows of one group that differ in no scale start from the same parameters with the same seed. */
export const decoderOf = (problem: Problem, options: TrialOptions): Decoder =>
  makeDecoder({
    vocabulary: problem.vocabulary.size,
    size: options.size,
    heads: options.heads,
    layers: options.layers,
    positions: encodings[options.positions](),
    scale: scales[options.scale ?? "none"]({ length: options.trainLength }),
  });

function mainSource({ task, vocabulary }: Problem, { trainLength, tau }: TrialOptions): Drawn {
  const lengths = [2, trainLength] as const;
  if (tau === undefined) return whole(task, vocabulary, { lengths });
  return curriculum({
    lengths,
    rule: { kind: "short-first", tau },
    longest: sequenceLength(task, trainLength),
    example: (random, length) => wholeExample(task, task.sample(random, length), vocabulary),
  });
}

/** The auxiliary sources of a row; several of them share its part alike. */
function auxiliarySources(
  { task, hint: rule, related, vocabulary }: Problem,
  { auxiliary, trainLength, longest }: TrialOptions,
): Drawn[] {
  const restricted = (positions: "kept" | "renumbered"): Drawn[] => [
    restriction(task, vocabulary, { trainLength, longest, positions }),
  ];
  const sources: Readonly<Record<RowOptions["auxiliary"], () => Drawn[]>> = {
    none: () => [],
    restriction: () => restricted("kept"),
    renumbered: () => restricted("renumbered"),
    hint: () => [hint(task, rule, vocabulary, { trainLength })],
    association: () =>
      related.map((each) => association(task, each, vocabulary, { lengths: [2, 2 * trainLength] })),
  };
  return sources[auxiliary]();
}

/** What a row trains on, and how tasks are mixed and weighed. */
export function mixtureOf(
  problem: Problem,
  options: TrialOptions,
): {
  readonly tasks: MixedTask[];
  readonly mixing: Mixing;
  readonly batchSize: number;
  readonly method: Method;
} {
  const { share = 0.5, rule, batchSize } = options;
  const place = placing(options);
  const auxiliaries = auxiliarySources(problem, options);
  const task = (name: string, role: MixedTask["role"], source: Drawn, part: number): MixedTask => ({
    name,
    role,
    source: placed(source, place),
    share: part,
  });
  return {
    tasks: [
      task("main", "primary", mainSource(problem, options), auxiliaries.length === 0 ? 1 : 1 - share),
      ...auxiliaries.map((source, i) => {
        const name = auxiliaries.length === 1 ? options.auxiliary : `${options.auxiliary}-${i + 1}`;
        return task(name, "auxiliary", source, share / auxiliaries.length);
      }),
    ],
    mixing: rule === undefined ? "steps" : "rows",
    batchSize,
    method: methods[rule ?? "uniform"](),
  };
}
