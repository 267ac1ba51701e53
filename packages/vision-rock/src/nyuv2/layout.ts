import type { Dataset, File } from "h5wasm/node";
import { VisionRockError } from "../error.ts";

/** The variables of the labelled file that are read, with HDF5's axes (MATLAB's reversed): F frames, W columns, H rows. */
const VARIABLES = {
  images: { shape: "frames × 3 × width × height", axes: 4, type: "B" },
  depths: { shape: "frames × width × height", axes: 3, type: "f" },
  rawDepths: { shape: "frames × width × height", axes: 3, type: "f" },
  labels: { shape: "frames × width × height", axes: 3, type: "H" },
  instances: { shape: "frames × width × height", axes: 3, type: "B" },
  names: { shape: "1 × classes, cells of text", axes: 2, type: null },
  scenes: { shape: "1 × frames, cells of text", axes: 2, type: null },
  sceneTypes: { shape: "1 × frames, cells of text", axes: 2, type: null },
} as const;

type Variable = keyof typeof VARIABLES;

/** The arrays of the file and what their shapes say. */
export type Layout = { readonly [K in Variable]: Dataset } & {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
};

/**
 * Finds the variables of `nyu_depth_v2_labeled.mat` and compares their shapes.
 *
 * @throws VisionRockError "missing-field", which names every variable that is absent, and "shape" for one of another type or shape.
 */
export function checkLayout(file: File, path: string): Layout {
  const present = new Set(file.keys());
  const wanted = Object.keys(VARIABLES) as Variable[];
  const absent = wanted.filter((name) => !present.has(name));
  if (absent.length > 0) {
    throw new VisionRockError(
      "missing-field",
      `${path} lacks ${absent.join(", ")}. It must be the labelled file of NYU Depth v2, nyu_depth_v2_labeled.mat, which has ${wanted.join(", ")}.`,
      { missing: absent },
    );
  }
  const found = Object.fromEntries(wanted.map((name) => [name, file.get(name)])) as Record<Variable, Dataset>;
  const [frames = 0, , width = 0, height = 0] = found.images.shape ?? [];
  const expected = (name: Variable): readonly (number | null)[] => {
    if (name === "images") return [frames, 3, width, height];
    if (name === "names") return [1, null];
    return VARIABLES[name].type === null ? [1, frames] : [frames, width, height];
  };
  for (const name of wanted) {
    const { shape, type } = VARIABLES[name];
    const dataset = found[name];
    // A group may have the name of an array.
    const size = "shape" in dataset ? (dataset.shape ?? null) : null;
    const fits =
      size !== null &&
      size.length === VARIABLES[name].axes &&
      expected(name).every((length, axis) => length === null || length === size[axis]) &&
      (type === null ? dataset.metadata.ref_type === "object" : dataset.dtype === `<${type}`);
    if (fits) continue;
    const what = size === null ? "no array" : `${size.join(" × ")} of type ${JSON.stringify(dataset.dtype)}`;
    throw new VisionRockError(
      "shape",
      `${name} in ${path} is ${what}; it must be ${shape}${type === null ? "" : ` of type "<${type}"`}, the same frames and sides as images.`,
      { variable: name, shape: size },
    );
  }
  return { ...found, frames, width, height };
}
