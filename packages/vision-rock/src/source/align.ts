import { VisionRockError } from "../error.ts";
import { annotated, type SampleSource } from "../sample.ts";

/** Names by category and by scene. */
export interface Names {
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
}

/**
 * The same samples with categories and scenes counted in other lists, by their names. A scene that the lists do not have becomes unknown (−1).
 *
 * @param options.unknown what becomes of objects of a class that is not listed: an error at once (default), or they are left out
 * @throws VisionRockError "unknown-category" naming the classes that are not listed
 */
export function alignSource(
  source: SampleSource,
  { classes, scenes }: Names,
  { unknown = "refuse" }: { readonly unknown?: "refuse" | "drop" } = {},
): SampleSource {
  const missing = source.classes.filter((name) => !classes.includes(name));
  if (missing.length > 0 && unknown === "refuse") {
    const said = `The data set has classes that are not among those of the training: ${missing.join(", ")}.`;
    throw new VisionRockError("unknown-category", said, { classes: missing });
  }
  const places = source.classes.map((name) => classes.indexOf(name));
  const rooms = source.scenes.map((name) => scenes.indexOf(name));
  return {
    classes,
    scenes,
    length: source.length,
    async get(index) {
      const sample = await source.get(index);
      const scene = rooms[sample.scene] ?? -1;
      const has = annotated(sample);
      const kept = sample.objects.map((object) => ({ ...object, category: places[object.category]! }));
      return {
        ...sample,
        scene,
        objects: kept.filter(({ category }) => category >= 0),
        has: { ...has, scene: has.scene && scene >= 0 },
      };
    },
  };
}
