import { OutriggerError } from "@outrigger/core/error";
import { mapTree, type NDArray, type Tree } from "@outrigger/core/graph/array";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import { completeChoice, moleculeModel } from "../model/molecule-model.ts";
import type { MoleculeProblem } from "../molecule/guard.ts";
import type { Molecule } from "../molecule/molecule.ts";
import { type Outcome, type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import { type Calibration, interval, predictionSet } from "./conformal.ts";
import { type Domain, domainOf, type TrainingMolecules } from "./domain.ts";
import { dropoutSd, ensembleOf, meanOf, sdOf } from "./ensemble.ts";
import { type MoleculeFeatures, readDomain, readFeatures } from "./molecule-features.ts";
import type { PredictorRecord } from "./record.ts";

interface Uncertain {
  /** Standard deviation over the members; null of a single model. */
  readonly sd: number | null;
  /** Standard deviation under dropout, where it was asked for. */
  readonly dropoutSd?: number;
}

/** What is predicted of one target. */
export type TargetPrediction = Uncertain &
  (
    | {
        readonly kind: "regression";
        readonly value: number;
        /** Split-conformal interval; infinite where validation had too few labels for the level. */
        readonly low: number;
        readonly high: number;
      }
    | {
        readonly kind: "classification";
        /** Probability of class 1. */
        readonly value: number;
        /** Classes that cannot be ruled out at the level. */
        readonly set: readonly number[];
      }
  );

/** A molecule with its predictions, or the reason why there are none. */
export type PredictedMolecule =
  | {
      readonly ok: true;
      readonly smiles: string;
      readonly targets: Readonly<Record<string, TargetPrediction>>;
      readonly domain: Domain;
    }
  | { readonly ok: false; readonly smiles: string; readonly problem: MoleculeProblem };

export interface PredictOptions {
  /** Share of molecules that intervals and sets are meant to hold; default: that of the training. */
  readonly level?: number;
  /** Passes with dropout left on; default none. */
  readonly dropoutPasses?: number;
}

/** A trained predictor. */
export interface Predictor {
  readonly record: PredictorRecord;
  /** What to know of it here, such as another release of RDKit. */
  readonly notes: readonly string[];
  /** Predictions in the order of the strings; none is left out. */
  predict(smiles: readonly string[], options?: PredictOptions): Promise<PredictedMolecule[]>;
  /** The ensemble's mean alone, by target; NaN for a string that gives no molecule. Cheaper than `predict`. */
  values(smiles: readonly string[]): Promise<Readonly<Record<string, Float64Array>>>;
  dispose(): Promise<void>;
}

export interface PredictorParts {
  readonly record: PredictorRecord;
  readonly members: readonly Params[];
  /** Packed fingerprints of the training molecules. */
  readonly morgan: readonly Uint8Array[];
  readonly rdkit?: Rdkit;
  /** Where it runs; default: as core chooses. In a page: `{ runtime: "tfjs", device: "cpu" }`. */
  readonly run?: CompileOptions;
}

function checkOptions({ configuration }: PredictorRecord, { level, dropoutPasses }: PredictOptions): void {
  if (level !== undefined && !(level > 0 && level < 1))
    throw new OutriggerError("bad-option", `level must be between 0 and 1, not ${level}.`, { level });
  if (dropoutPasses === undefined) return;
  if (!Number.isInteger(dropoutPasses) || dropoutPasses < 2)
    throw new OutriggerError("bad-option", `dropoutPasses must be at least 2, not ${dropoutPasses}.`, {
      dropoutPasses,
    });
  if (completeChoice(configuration.model).dropout === 0)
    throw new OutriggerError(
      "bad-option",
      "This model was trained without dropout, so it has no uncertainty under dropout. Train it with --dropout 0.2, say.",
    );
}

function predictionOf(
  calibration: Calibration,
  value: number,
  uncertain: Uncertain,
  level: number,
): TargetPrediction {
  if (calibration.kind === "classification")
    return { kind: "classification", value, ...uncertain, set: predictionSet(calibration, value, level) };
  const [low, high] = interval(calibration, value, level);
  return { kind: "regression", value, ...uncertain, low, high };
}

/**
 * Puts a predictor together from what its folder holds; the same in Node and in a page.
 *
 * @throws OutriggerError `bad-file` for arrays that do not fit the record; from `predict`, `bad-option` for a level outside of (0, 1), fewer than two
 * passes, or dropout asked of a model without it.
 */
export async function makePredictor(parts: PredictorParts): Promise<Predictor> {
  const { record, members, morgan } = parts;
  const { tasks, targets, descriptors, configuration } = record;
  const rdkit = parts.rdkit ?? (await sharedRdkit());
  const made = moleculeModel(configuration.model, { tasks, extra: descriptors.length });
  const ensemble = ensembleOf({
    ...made,
    tasks,
    targets,
    members,
    seed: configuration.seed,
    ...(parts.run && { run: parts.run }),
  });
  const training: TrainingMolecules = {
    smiles: record.training.smiles,
    morgan,
    scaffolds: new Set(record.training.scaffolds),
  };
  const reading = { input: made.input, descriptors };

  async function each<T>(smiles: readonly string[], use: (molecule: Molecule) => T): Promise<Outcome<T>[]> {
    const found: Outcome<T>[] = [];
    for (const text of smiles) found.push(await rdkit.withMolecule(text, use));
    return found;
  }

  async function predict(
    smiles: readonly string[],
    options: PredictOptions = {},
  ): Promise<PredictedMolecule[]> {
    checkOptions(record, options);
    const { level = configuration.level, dropoutPasses } = options;
    const read = await each(smiles, (molecule) => ({
      features: readFeatures(molecule, reading),
      domain: domainOf(readDomain(molecule), training),
    }));
    const features = read.flatMap((found): MoleculeFeatures[] => (found.ok ? [found.value.features] : []));
    const values = await ensemble.predict(features);
    const noisy =
      dropoutPasses === undefined ? undefined : await ensemble.predictWithDropout(features, dropoutPasses);
    const columns = targets.map(({ name, calibration }) => {
      const rows = values[name]!;
      const [mean, sd] = [meanOf(rows), rows.length > 1 ? sdOf(rows) : null];
      const dropped = noisy && dropoutSd(noisy[name]!, dropoutPasses!);
      return (i: number): [string, TargetPrediction] => {
        const uncertain = { sd: sd?.[i] ?? null, ...(dropped && { dropoutSd: dropped[i]! }) };
        return [name, predictionOf(calibration, mean[i]!, uncertain, level)];
      };
    });
    let next = 0;
    return read.map((outcome, i): PredictedMolecule => {
      if (!outcome.ok) return { ok: false, smiles: smiles[i]!, problem: outcome.problem };
      const at = next++;
      const found = Object.fromEntries(columns.map((column) => column(at)));
      return { ok: true, smiles: smiles[i]!, targets: found, domain: outcome.value.domain };
    });
  }

  async function values(smiles: readonly string[]): Promise<Record<string, Float64Array>> {
    const read = await each(smiles, (molecule) => readFeatures(molecule, reading));
    const found = await ensemble.predict(read.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])));
    return Object.fromEntries(
      targets.map(({ name }) => {
        const mean = meanOf(found[name]!);
        let next = 0;
        return [name, Float64Array.from(read, ({ ok }) => (ok ? mean[next++]! : Number.NaN))];
      }),
    );
  }

  return { record, notes: notesOf(record, rdkit), predict, values, dispose: () => ensemble.dispose() };
}

const notesOf = (record: PredictorRecord, rdkit: Rdkit): string[] =>
  record.rdkit === rdkit.version
    ? []
    : [
        `The model was trained with RDKit ${record.rdkit}, and this is ${rdkit.version}: descriptors may differ a little.`,
      ];

/** The arrays of a predictor under their names in `model.safetensors`. */
export function packArrays(members: readonly Params[], morgan: readonly Uint8Array[]): Map<string, NDArray> {
  const arrays = new Map<string, NDArray>();
  for (const [m, params] of members.entries())
    mapTree<NDArray, void>(params, (leaf, path) => void arrays.set(`member-${m}/${path}`, leaf));
  const width = (morgan[0]?.length ?? 0) / 4;
  const words = new Int32Array(morgan.length * width);
  const bytes = new Uint8Array(words.buffer);
  for (const [i, row] of morgan.entries()) bytes.set(row, i * row.length);
  arrays.set("training/morgan", { dtype: "int32", shape: [morgan.length, width], data: words });
  return arrays;
}

/**
 * Parameters of the members and fingerprints of the training molecules out of the arrays of a folder.
 *
 * @param name the file, for messages
 * @throws OutriggerError `bad-file` for an array that is missing or has another shape than the record demands.
 */
export function unpackArrays(
  record: PredictorRecord,
  arrays: ReadonlyMap<string, NDArray>,
  name: string,
): Pick<PredictorParts, "members" | "morgan"> {
  const { configuration, tasks, descriptors, training } = record;
  const { model } = moleculeModel(configuration.model, { tasks, extra: descriptors.length });
  const like = model.init(Random.seeded(0, "shapes")) as Tree<NDArray>;
  const take = (key: string, shape: readonly number[], dtype: NDArray["dtype"]): NDArray => {
    const found = arrays.get(key);
    if (found?.dtype === dtype && found.shape.join() === shape.join()) return found;
    const said = `${name} has no array "${key}" of shape [${shape.join(", ")}], as its model.json demands. Train the model anew.`;
    throw new OutriggerError("bad-file", said, { path: name, array: key });
  };
  const members = Array.from({ length: configuration.ensemble }, (_, m) =>
    mapTree<NDArray, NDArray>(like, ({ shape, dtype }, path) => take(`member-${m}/${path}`, shape, dtype)),
  ) as unknown as Params[];
  const words = take("training/morgan", [training.smiles.length, 64], "int32").data;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const morgan = training.smiles.map((_, i) => bytes.subarray(256 * i, 256 * (i + 1)));
  return { members, morgan };
}
