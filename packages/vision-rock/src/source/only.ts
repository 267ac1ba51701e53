import { type Annotated, annotated, type Sample, type SampleSource } from "../sample.ts";

/** The kinds of annotations, in the order of the tasks. */
export const ANNOTATION_KINDS: readonly ["detection", "scene", "depth", "normals"] = [
  "detection",
  "scene",
  "depth",
  "normals",
];

export type AnnotationKind = keyof Annotated;

/**
 * The same pictures with these annotations alone, as if nobody had made the others: without boxes there are no classes, and without scenes none of them.
 */
export function onlyAnnotations(source: SampleSource, kinds: readonly AnnotationKind[]): SampleSource {
  return {
    length: source.length,
    classes: kinds.includes("detection") ? source.classes : [],
    scenes: kinds.includes("scene") ? source.scenes : [],
    get: async (index) => {
      const sample = await source.get(index);
      const before = annotated(sample);
      const has = Object.fromEntries(
        ANNOTATION_KINDS.map((kind) => [kind, before[kind] && kinds.includes(kind)]),
      ) as unknown as Annotated;
      return { ...sample, ...blanked(sample, has), has };
    },
  };
}

/** What a sample has in the place of an annotation that is missing. */
const blanked = (sample: Sample, has: Annotated): Partial<Sample> => ({
  ...(!has.detection && { objects: [], instances: new Uint8Array(sample.instances.length) }),
  ...(!has.scene && { scene: -1 }),
  ...(!has.depth && { depth: new Float32Array(sample.depth.length) }),
  ...(!has.normals && { normals: new Float32Array(sample.normals.length) }),
});
