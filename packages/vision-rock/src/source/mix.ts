import { VisionRockError } from "../error.ts";
import type { SampleSource } from "../sample.ts";
import { alignSource } from "./align.ts";

const united = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

/**
 * Several data sets as one, one after another. Classes and scenes of the same name are one; what only some of the sets know is kept. A class that a set does
 * not know counts as absent in its pictures: sets whose pictures show unmarked objects of each other's classes teach the detector to miss them.
 *
 * Samples keep their ids, so two sets may have samples of one id.
 *
 * @throws VisionRockError "bad-option" without a set
 */
export function mixSources(sources: readonly SampleSource[]): SampleSource {
  if (sources.length === 0)
    throw new VisionRockError("bad-option", "mixSources: give at least one data set.");
  const names = {
    classes: united(sources.map(({ classes }) => classes)),
    scenes: united(sources.map(({ scenes }) => scenes)),
  };
  const aligned = sources.map((source) => alignSource(source, names));
  const length = sources.reduce((sum, source) => sum + source.length, 0);
  return {
    ...names,
    length,
    get(index) {
      let [from, which] = [index, 0];
      while (which < aligned.length && from >= aligned[which]!.length) from -= aligned[which++]!.length;
      if (from >= 0 && which < aligned.length) return aligned[which]!.get(from);
      const said = `There is no sample ${index}; the mix has 0 to ${length - 1}.`;
      return Promise.reject(new VisionRockError("out-of-range", said));
    },
  };
}
