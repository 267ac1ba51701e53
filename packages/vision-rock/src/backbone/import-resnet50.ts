import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { loadWeights } from "@outrigger/core/interchange/load-weights";
import { readOnnxWeights } from "@outrigger/core/interchange/onnx-weights";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { VisionRockError } from "../error.ts";

/** A file of weights. */
export interface WeightFile {
  /** Its end says the format: .safetensors or .onnx. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Added to the variance, as torchvision's batch norms do. */
const EPSILON = 1e-5;

function weightsOf({ name, bytes }: WeightFile): ReadonlyMap<string, NDArray> {
  if (name.endsWith(".safetensors")) return decodeSafetensors(bytes, name).arrays;
  if (name.endsWith(".onnx")) return readOnnxWeights(bytes, name);
  const said = `${name} is neither a .safetensors nor an .onnx file: save the weights in one of these formats`;
  throw new VisionRockError("bad-file", `${said}.`, { path: name });
}

/** A batch norm's statistics folded into its factor and summand: s = γ/√(σ² + ε), t = β − s μ; in double precision. */
function folded(
  weights: ReadonlyMap<string, NDArray>,
  norm: string,
  fail: (what: string) => never,
): Record<string, NDArray> {
  const part = (name: string): NDArray =>
    weights.get(`${norm}.${name}`) ?? fail(`it has no "${norm}.${name}"`);
  const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(part);
  const scale = Float64Array.from(gamma!.data, (g, c) => g / Math.sqrt(variance!.data[c]! + EPSILON));
  const shift = Float32Array.from(beta!.data, (b, c) => b - scale[c]! * mean!.data[c]!);
  return {
    [`${norm}.weight`]: array(Float32Array.from(scale), gamma!.shape),
    [`${norm}.bias`]: array(shift, beta!.shape),
  };
}

/** `layer1/0/bn1/scale` is `layer1.0.bn1.weight`. */
const torchName = (path: string): string =>
  path
    .replaceAll("/", ".")
    .replace(/\.(kernel|scale)$/, ".weight")
    .replace(/\.shift$/, ".bias");

/**
 * The parameters of `resnet50` with the values of a file that has torchvision's names (`conv1.weight`, `layer1.0.bn1.running_mean` …): the state of a
 * torchvision or timm ResNet-50. Kernels change from [outputs, inputs, height, width] to [height, width, inputs, outputs]; statistics of the norms are
 * folded into factor and summand; the classifier (`fc`) is left out.
 *
 * @param params gives structure and shapes; is not changed
 * @throws VisionRockError `bad-file` for another format, names or numbers of blocks; OutriggerError `bad-file` for a damaged file and `bad-model` for
 *   weights of other shapes
 *
 * Cost: two copies of the weights.
 *
 * @example
 * const { trunk, heads } = model.init(Random.seeded(0, "init"));
 * const backbone = importResNet50(trunk.backbone, { name: "resnet50.safetensors", bytes: readFileSync("resnet50.safetensors") });
 * await fit(model, { start: { trunk: { ...trunk, backbone }, heads }, frozen: model.frozen, ... });
 */
export function importResNet50<P extends Tree<NDArray>>(params: P, file: WeightFile): P {
  const weights = weightsOf(file);
  const fail = (what: string): never => {
    const cure =
      "Give the weights of a torchvision ResNet-50 under their own names; an ONNX export keeps them with do_constant_folding=False and training=torch.onnx.TrainingMode.PRESERVE";
    throw new VisionRockError("bad-file", `${file.name}: ${what}. ${cure}.`, { path: file.name });
  };
  const norms = [...weights.keys()].flatMap(
    (key) => /^(.*(?:bn\d|downsample\.1))\.weight$/.exec(key)?.[1] ?? [],
  );
  const known = new Map([
    ...weights,
    ...norms.flatMap((norm) => Object.entries(folded(weights, norm, fail))),
  ]);
  const used = new Set<string>();
  const name = (path: string): string => {
    const key = torchName(path);
    if (!known.has(key)) fail(`it has no "${key}"`);
    used.add(key);
    return key;
  };
  const loaded = loadWeights(params, known, {
    name,
    transpose: (path) => (path.endsWith("/kernel") ? [2, 3, 1, 0] : undefined),
  });
  const further = [...weights.keys()].find((key) => /^layer\d.*(weight|bias)$/.test(key) && !used.has(key));
  if (further !== undefined) fail(`it has "${further}", which is no part of this network`);
  return loaded;
}
