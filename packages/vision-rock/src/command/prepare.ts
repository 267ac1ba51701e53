import { resolve } from "node:path";
import { type PrepareEvent, type PrepareNyuv2Options, prepareNyuv2 } from "../nyuv2/prepare.ts";

export interface PrepareSetting extends Omit<PrepareNyuv2Options, "onProgress"> {
  readonly print: (text: string) => void;
  /** Called before a stage with its name and size; what it returns is told how much is done. */
  readonly progress: (what: string, total: number) => (done: number) => void;
}

const MEGABYTE = 1e6;

/** Makes folders from the files of NYU Depth v2 and says what they hold. @throws as `prepareNyuv2`. */
export async function prepareCommand(
  file: string,
  splits: string,
  out: string,
  { print, progress, ...options }: PrepareSetting,
): Promise<void> {
  let skipped = 0;
  const onProgress = stages(progress, (frames) => {
    skipped = frames;
  });
  const made = await prepareNyuv2(file, splits, out, { ...options, onProgress });
  const { train, test, fit, validation } = made.splits;
  if (made.before) print(`${out} was prepared before, with the same options.`);
  if (skipped > 0) print(`${skipped} frames were there from before a stop.`);
  print(`${resolve(out)}
  train       ${train.length} pictures, ${made.boxes.train} boxes, the official training split
  test        ${test.length} pictures, ${made.boxes.test} boxes, the official test split
  validation  ${validation.length} of train, of whole scenes; chosen here, not the list of ROCK's authors
  fit         the other ${fit.length} of train`);
}

/** Events as stages: the bytes of the checksum in megabytes, then frames, counted from those that were there. */
function stages(
  progress: PrepareSetting["progress"],
  onSkipped: (frames: number) => void,
): (event: PrepareEvent) => void {
  let stage: { readonly kind: PrepareEvent["kind"]; readonly tell: (done: number) => void } | undefined;
  return (event) => {
    const { kind, done, total } = event;
    const unit = kind === "checksum" ? MEGABYTE : 1;
    const whole = Math.ceil(total / unit);
    if (stage?.kind !== kind) {
      stage = { kind, tell: progress(kind === "checksum" ? "MB of the file checked" : "frames", whole) };
    }
    if (kind === "frame") onSkipped(event.skipped);
    stage.tell(done === total ? whole : Math.floor(done / unit));
  };
}
