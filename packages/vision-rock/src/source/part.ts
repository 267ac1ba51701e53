import { VisionRockError } from "../error.ts";
import type { SampleSource } from "../sample.ts";

/** The samples of a source at these places, in this order. @throws VisionRockError "out-of-range" for a place that the source does not have. */
export function partOf(source: SampleSource, places: readonly number[]): SampleSource {
  const outside = places.find((place) => !(Number.isInteger(place) && place >= 0 && place < source.length));
  if (outside !== undefined)
    throw new VisionRockError(
      "out-of-range",
      `There is no sample ${outside}; the set has 0 to ${source.length - 1}.`,
    );
  return {
    ...source,
    length: places.length,
    get(index) {
      const place = places[index];
      if (place !== undefined) return source.get(place);
      const said = `There is no sample ${index}; the part has 0 to ${places.length - 1}.`;
      return Promise.reject(new VisionRockError("out-of-range", said));
    },
  };
}
