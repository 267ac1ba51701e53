import { closest } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import { z } from "zod";
import type { SplitVariant } from "../data/split.ts";
import { completeChoice, type ModelChoice } from "../model/molecule-model.ts";
import { FINGERPRINT_KINDS } from "../molecule/fingerprint-options.ts";
import { VOTE_TABLE } from "../select/vote-table.ts";
import type { TargetKind } from "../target/joint-task.ts";

/** Ways to choose auxiliary tasks, besides naming them. */
export const AUXILIARY_WORDS = ["none", "auto", "language-model", "random", "all"] as const;

/** How molecules are divided: by a rule, by one of the splits of a `splits.json`, or by a column of the table. */
export type SplitChoice =
  | {
      readonly variant: SplitVariant | "stratified";
      readonly seed: number;
      readonly fractions: readonly [train: number, validation: number, test: number];
    }
  | { readonly variant: "file"; readonly path: string; readonly fold: number }
  | { readonly variant: "column"; readonly column: string };

/** What of it may be left out: the rule `balanced`, its seed and shares, the first split of a file. */
export type GivenSplitChoice =
  | Partial<Extract<SplitChoice, { seed: number }>>
  | { readonly variant: "file"; readonly path: string; readonly fold?: number }
  | Extract<SplitChoice, { variant: "column" }>;

/** Everything that decides a training. Plain JSON. */
export interface Configuration {
  /** The column with SMILES strings; null: the first of the usual names. */
  readonly smiles: string | null;
  /** Columns to predict; the first decides which epoch is kept. */
  readonly targets: readonly string[];
  /** `auto`: classification where every label is 0 or 1. */
  readonly kind: TargetKind | "auto";
  /** With every size written out. */
  readonly model: ModelChoice;
  /** Descriptors that the model reads besides graph or fingerprint: all that vary, none, or those named. */
  readonly inputs: "descriptors" | "none" | readonly string[];
  /**
   * Candidates of the book that are predicted besides the targets: chosen by the frozen votes (`auto`), by a language model, by chance, all that
   * vary, or those named.
   */
  readonly auxiliary: "none" | "auto" | "language-model" | "random" | "all" | readonly string[];
  /** What a choice of auxiliary tasks goes by. */
  readonly selection: {
    /** What the first target is, in words, such as `solubility`; null: its column's name. */
    readonly property: string | null;
    /** How many are chosen. */
    readonly keep: number;
    /** What a language model is told besides the column's statistics: the unit, the user's own words, and how many training molecules. */
    readonly unit: string | null;
    readonly about: string | null;
    readonly molecules: number;
  };
  /** Name of the rule that weighs the tasks, one of `METHODS`. */
  readonly method: string;
  /** What the rule's weights of auxiliaries are multiplied with. */
  readonly scale: number;
  readonly split: SplitChoice;
  /** At most. */
  readonly epochs: number;
  /** Epochs without a better validation metric before a model stops. */
  readonly patience: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  /** Models with other seeds whose mean is predicted. */
  readonly ensemble: number;
  /** Share of molecules that the intervals are meant to hold. */
  readonly level: number;
  readonly seed: number;
}

/** What must be said of a configuration: the targets; the rest has defaults. */
export type GivenConfiguration = Pick<Configuration, "targets"> &
  Partial<Omit<Configuration, "split" | "selection">> & {
    readonly split?: GivenSplitChoice;
    readonly selection?: Partial<Configuration["selection"]>;
  };

const count = z.number().int().min(1);
/** What layers and ensembles of a greater size need, no machine has. */
const atMost = (most: number): z.ZodNumber => count.max(most);
const share = z.number().gt(0).lt(1);
const depth = atMost(1000).optional();
const size = { width: atMost(65_536).optional(), dropout: z.number().min(0).lt(1).optional() };
const modelSchema = z
  .discriminatedUnion("name", [
    z.strictObject({
      name: z.enum(["gin", "gcn"]),
      depth,
      virtualNode: z.boolean().optional(),
      ...size,
    }),
    z.strictObject({
      name: z.literal("d-mpnn"),
      depth,
      readout: z.enum(["mean", "sum"]).optional(),
      ...size,
    }),
    z.strictObject({
      name: z.literal("attentive-fp"),
      depth,
      steps: atMost(1000).optional(),
      ...size,
    }),
    z.strictObject({
      name: z.literal("mlp"),
      fingerprint: z.enum(FINGERPRINT_KINDS).optional(),
      bits: atMost(1 << 20)
        .multipleOf(8)
        .optional(),
      ...size,
    }),
  ])
  // Absent, not undefined, is what has a default.
  .transform((choice) => completeChoice(choice as ModelChoice));

const ruleSchema = z.strictObject({
  variant: z.enum(["ogb", "deepchem", "balanced", "stratified", "random"]).default("balanced"),
  seed: z.number().int().min(0).default(0),
  fractions: z.tuple([share, share, share]).default([0.8, 0.1, 0.1]),
});
const fileSchema = z.strictObject({
  variant: z.literal("file"),
  path: z.string(),
  fold: z.number().int().min(0).default(0),
});
const columnSchema = z.strictObject({ variant: z.literal("column"), column: z.string() });

/** The schema of the variant that is given, so that an error is about what was meant. */
function splitSchema(given: GivenSplitChoice | undefined): z.ZodType<SplitChoice> {
  if (given?.variant === "file") return fileSchema;
  return given?.variant === "column" ? columnSchema : ruleSchema.prefault({});
}

const shape = {
  smiles: z.string().nullable().default(null),
  targets: z.array(z.string()).min(1),
  kind: z.enum(["auto", "regression", "classification"]).default("auto"),
  model: modelSchema.prefault({ name: "gin" }),
  inputs: z.union([z.enum(["descriptors", "none"]), z.array(z.string()).min(1)]).default("descriptors"),
  auxiliary: z.union([z.enum(AUXILIARY_WORDS), z.array(z.string()).min(1)]).default("none"),
  selection: z
    .strictObject({
      property: z.string().nullable().default(null),
      keep: count.default(VOTE_TABLE.keep),
      unit: z.string().nullable().default(null),
      about: z.string().nullable().default(null),
      molecules: z.number().int().min(0).default(0),
    })
    .prefault({}),
  method: z.string().default("uniform"),
  scale: z.number().min(0).default(0.1),
  epochs: count.default(50),
  patience: count.default(12),
  learningRate: z.number().gt(0).default(1e-3),
  weightDecay: z.number().min(0).default(0),
  batchSize: count.default(32),
  ensemble: atMost(1000).default(5),
  level: share.default(0.9),
  seed: z.number().int().min(0).default(0),
};

/**
 * A configuration from what is given, the rest by default: a graph network of 5 rounds of width 128 that also reads the descriptors, an
 * ensemble of 5, a split by scaffolds, 50 epochs at most.
 *
 * Origin of the defaults: batch size, learning rate, epochs and patience are those of this package's ESOL benchmark, where descriptors as
 * inputs helped more than any auxiliary task did; five members is the usual size of an ensemble.
 *
 * @throws OutriggerError `bad-option`, naming the option, its value and what it may be.
 */
export function configuration(given: GivenConfiguration): Configuration {
  const schema: z.ZodType<Configuration> = z.strictObject({ ...shape, split: splitSchema(given?.split) });
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const path = issue.path.join(".");
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], given);
  const near =
    issue.code === "unrecognized_keys"
      ? closest(issue.keys[0]!, [...Object.keys(shape), "split"])
      : undefined;
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const what = path === "" ? "" : `${path} is ${JSON.stringify(value)}. `;
  throw new OutriggerError(
    "bad-option",
    `The configuration cannot be used: ${what}${issue.message}.${hint}`,
    {
      option: path,
      value,
    },
  );
}

/** The options in which two configurations differ, by their paths, such as `split.seed`. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isRecord(a) || !isRecord(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === "" ? key : `${path}.${key}`));
}
