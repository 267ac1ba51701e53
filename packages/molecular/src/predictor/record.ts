import type { Scaler } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { z } from "zod";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import { ATOM_VOCABULARY, BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import type { TargetKind } from "../target/joint-task.ts";
import { type Configuration, configuration } from "../training/configuration.ts";
import type { DescriptorInput } from "../training/descriptor-inputs.ts";
import type { TrainingReport } from "../training/report.ts";
import type { Calibration } from "./conformal.ts";

export const FORMAT = "outrigger-molecular";
/** Raised whenever the meaning of anything in a predictor's folder changes. */
export const VERSION = 2;

export interface TargetRecord {
  readonly name: string;
  readonly kind: TargetKind;
  readonly scaler: Scaler;
  readonly calibration: Calibration;
}

/** `model.json` of a predictor's folder: all that predicting needs besides the arrays. */
export interface PredictorRecord {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** RDKit's release that the features were computed with. */
  readonly rdkit: string;
  readonly configuration: Configuration;
  /** Heads of the model in their order: targets, then auxiliaries. */
  readonly tasks: readonly string[];
  readonly targets: readonly TargetRecord[];
  readonly descriptors: readonly DescriptorInput[];
  /** What the columns of the features mean, and how many categories they have. */
  readonly vocabulary: {
    readonly atoms: readonly number[];
    readonly bonds: readonly number[];
    readonly descriptors: readonly string[];
  };
  readonly training: {
    readonly smiles: readonly string[];
    readonly scaffolds: readonly string[];
  };
  /** What was trained on, how it went, and how well it predicts. */
  readonly report: TrainingReport;
}

export const VOCABULARY: PredictorRecord["vocabulary"] = {
  atoms: ATOM_VOCABULARY,
  bonds: BOND_VOCABULARY,
  descriptors: DESCRIPTOR_NAMES,
};

const texts = z.array(z.string());
const scores = z.array(z.number());
const scaler = { mean: z.number(), sd: z.number() };
/** The parts of a record that predicting reads. */
const parts = z.object({
  rdkit: z.string(),
  tasks: texts.min(1),
  targets: z
    .array(
      z.object({
        name: z.string(),
        kind: z.enum(["regression", "classification"]),
        scaler: z.object(scaler),
        calibration: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("regression"), scores }),
          z.object({ kind: z.literal("classification"), scores: z.tuple([scores, scores]) }),
        ]),
      }),
    )
    .min(1),
  descriptors: z.array(z.object({ name: z.enum(DESCRIPTOR_NAMES as [string]), ...scaler })),
  training: z.object({ smiles: texts, scaffolds: texts }),
  report: z.record(z.string(), z.unknown()),
});

type Json = Readonly<Record<string, unknown>>;

/** By version, what makes of a record of it one of the version after it. */
export type Migrations = ReadonlyMap<number, (old: Json) => Json>;

/** Version 1 knew five fixed auxiliary tasks and none that were chosen. */
function fromFirst(old: Json): Json {
  const [given, report] = [old["configuration"] as Json, old["report"] as Json];
  const selection: Configuration["selection"] = {
    property: null,
    keep: 5,
    unit: null,
    about: null,
    molecules: 0,
  };
  return { ...old, configuration: { ...given, selection }, report: { ...report, selection: null } };
}

const MIGRATIONS: Migrations = new Map([[1, fromFirst]]);

/**
 * The record of this version that a parsed `model.json` stands for, older versions migrated step by step.
 *
 * @param name the file, for messages
 * @throws OutriggerError `bad-file` for another format, a version that is newer or cannot be migrated, parts that are missing or damaged, or features that this package computes otherwise.
 */
export function recordOf(
  json: unknown,
  name: string,
  options: { readonly current?: number; readonly migrations?: Migrations } = {},
): PredictorRecord {
  const { current = VERSION, migrations = MIGRATIONS } = options;
  const bad = (why: string, cause?: unknown): OutriggerError =>
    new OutriggerError("bad-file", `${name} ${why}`, { path: name }, cause);
  let record = json as Json | null;
  if (record?.["format"] !== FORMAT) throw bad("is not that of a model of outrigger-molecular.");
  const written = record["version"];
  if (typeof written !== "number" || written > current)
    throw bad(
      `has version ${String(written)}, and this package reads up to ${current}. Update @outrigger/molecular.`,
    );
  for (let version = written; version < current; version++) {
    const migrate = migrations.get(version);
    if (migrate === undefined)
      throw bad(
        `has version ${written}, which this package cannot bring to ${current}. Use the package that wrote it, or train anew.`,
      );
    record = { ...migrate(record), version: version + 1 };
  }
  const checked = parts.safeParse(record);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0]!;
    throw bad(`is damaged: ${path.join(".")}: ${message}. Restore a copy, or train anew.`);
  }
  let completed: Configuration;
  try {
    completed = configuration((record["configuration"] ?? {}) as unknown as Configuration);
  } catch (cause) {
    throw bad(`is damaged: ${(cause as Error).message} Restore a copy, or train anew.`, cause);
  }
  const found = { ...(record as unknown as PredictorRecord), configuration: completed };
  const lost = found.targets.find(({ name }) => !found.tasks.includes(name));
  if (lost)
    throw bad(`is damaged: no head of its model predicts "${lost.name}". Restore a copy, or train anew.`);
  if (JSON.stringify(found.vocabulary) !== JSON.stringify(VOCABULARY))
    throw bad("was written for other atom, bond or descriptor features. Use the package that wrote it.");
  return found;
}
