import { type CompactSample, type PreloadOptions, preload } from "../batch/compact-sample.ts";
import { VisionRockError } from "../error.ts";
import type { SetFacts, TrainingRun } from "../predictor/training-report.ts";
import type { SampleSource } from "../sample.ts";
import { alignSource, type Names } from "../source/align.ts";
import { namedSources } from "../source/named.ts";
import { ANNOTATION_KINDS } from "../source/only.ts";
import { poolOf } from "./pool.ts";

/** The pictures of a training, in memory. */
export interface Sets extends Names {
  readonly train: readonly CompactSample[];
  readonly validation: readonly CompactSample[];
  readonly test: readonly CompactSample[] | null;
}

export interface SetsSetting {
  readonly width: number;
  readonly height: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Called before a set is read; what it returns is called with the number of pictures read. */
  readonly progress: (what: string, pictures: number) => (done: number) => void;
}

/** Of the boxed pictures, how many are trained on for one that is held out. */
const HELD_OUT = 10;
/** Validation rooms where nothing is said. */
const ROOMS = ["rooms:150"];

const areRooms = (names: readonly string[]): boolean => names.every((name) => name.startsWith("rooms:"));

/**
 * Reads the sets of a training into memory. Classes and scenes are those of the training set.
 *
 * @throws VisionRockError "bad-option" for a training or validation set without boxes, and as `namedSources`, `alignSource` and `preload`.
 */
export async function readSets(
  { data, validation, test }: Pick<TrainingRun, "data" | "validation" | "test">,
  { width, height, threads, signal, progress }: SetsSetting,
): Promise<Sets> {
  const names = [...data, ...(validation ?? []), ...(test ?? [])];
  const rooms = names.some((name) => name.startsWith("rooms:"));
  const pool = rooms ? await poolOf(threads) : undefined;
  const setting = { width, height, ...(pool && { pool }) };
  const read = (what: string, source: SampleSource): Promise<CompactSample[]> => {
    const options: PreloadOptions = {
      size: { width, height },
      onProgress: progress(what, source.length),
      ...(signal && { signal }),
    };
    return preload(source, options);
  };
  try {
    const source = await namedSources(data, { ...setting, split: "train" });
    if (source.classes.length === 0) throw boxless("training");
    const aligned = async (given: readonly string[], split: "validation" | "test"): Promise<SampleSource> =>
      alignSource(await namedSources(given, { ...setting, split }), source);
    const held = validation ?? (areRooms(data) ? ROOMS : null);
    // Before anything is read, so that a mistake is told at once.
    const other = held === null ? null : await aligned(held, "validation");
    const last = test === null ? null : await aligned(test, "test");
    const all = await read("training pictures", source);
    const parts =
      other === null ? holdOut(all) : { train: all, validation: await read("validation pictures", other) };
    requireBoxes(parts.train, "training");
    requireBoxes(parts.validation, "validation");
    return {
      classes: source.classes,
      scenes: source.scenes,
      ...parts,
      test: last === null ? null : await read("test pictures", last),
    };
  } finally {
    await pool?.close();
  }
}

/** Every tenth boxed picture for validation, the rest for training. */
function holdOut(all: readonly CompactSample[]): Pick<Sets, "train" | "validation"> {
  let boxed = 0;
  const held = all.map(({ has }) => has.detection && boxed++ % HELD_OUT === HELD_OUT - 1);
  return { train: all.filter((_, i) => !held[i]), validation: all.filter((_, i) => held[i]) };
}

function requireBoxes(samples: readonly CompactSample[], name: "training" | "validation"): void {
  if (!samples.some(({ has, objects }) => has.detection && objects.length > 0)) throw boxless(name);
}

function boxless(name: "training" | "validation"): VisionRockError {
  const cure =
    name === "training"
      ? "A detector cannot learn from geometry alone"
      : `Give --validation, or at least ${HELD_OUT} boxed pictures to train on`;
  return new VisionRockError("bad-option", `No ${name} picture has a box. ${cure}.`);
}

/** What is in a set. */
export function factsOf(samples: readonly CompactSample[], { classes }: Names): SetFacts {
  const objects = classes.map(() => 0);
  for (const sample of samples) for (const { category } of sample.objects) objects[category]! += 1;
  const count = (kind: (typeof ANNOTATION_KINDS)[number]): number =>
    samples.filter(({ has }) => has[kind]).length;
  const [detection, scene, depth, normals] = ANNOTATION_KINDS.map(count) as [number, number, number, number];
  return { pictures: samples.length, annotated: { detection, scene, depth, normals }, objects };
}
