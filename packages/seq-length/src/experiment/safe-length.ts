import type { CompileOptions } from "@outrigger/core";
import { Random } from "@outrigger/core/random";
import { type HeadReach, headReach } from "../evaluate/head-reach.ts";
import type { Decoder, DecoderParams } from "../model/decoder.ts";
import { sequenceLength } from "../task/task.ts";
import type { Problem } from "./problem.ts";
import type { TrialOptions } from "./training.ts";

/** Rows whose heads are looked at: rotary positions, the main task alone or with restrictions that keep ids. */
const lookedAt = ({ positions, auxiliary }: TrialOptions): boolean =>
  positions === "rope" && (auxiliary === "none" || auxiliary === "restriction");

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Of both tasks the context of the last output has 2N + 1 tokens, that of the end 2N + 2. */
const items = (tokens: number): number => Math.max(0, Math.floor((tokens - 2) / 2));

const said = ({ pass, head, reading, safeTokens }: HeadReach): string =>
  `layer ${pass + 1} head ${head + 1}: ${items(safeTokens)} (reads ${reading.toFixed(2)})`;

/**
 * The safe length that restrictions predict, beside the measured curve: metrics of the head that reads the support most, and a line
 * for every head. Empty for rows whose heads are not looked at.
 */
export async function safeLengths(
  problem: Problem,
  options: TrialOptions,
  model: { readonly decoder: Decoder; readonly params: DecoderParams },
  { seed, place }: { readonly seed: number; readonly place: Omit<CompileOptions, "random"> },
): Promise<{ readonly metrics: Record<string, number | null>; readonly notes: string[] }> {
  if (!lookedAt(options)) return { metrics: {}, notes: [] };
  const { task, vocabulary } = problem;
  const heads = await headReach(model.decoder, model.params, Random.seeded(seed, "heads"), {
    ...place,
    task,
    vocabulary,
    length: options.longest,
    kept: sequenceLength(task, options.trainLength) - 1,
    contexts: options.contexts,
  });
  const reader = heads.reduce((best, each) => (each.reading > best.reading ? each : best));
  return {
    metrics: {
      "test/safe-length": finite(items(reader.safeTokens)),
      "test/reading": reader.reading,
      "test/wrong-ratio-restricted": finite(reader.restricted),
      "test/wrong-ratio-predicted": finite(reader.predicted),
      "test/wrong-ratio": finite(reader.measured),
    },
    notes: [
      `safe length that restrictions predict (our reconstruction; attention of one head, no guarantee): ${heads.map(said).join(", ")}`,
    ],
  };
}
