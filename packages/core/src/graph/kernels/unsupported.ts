const complex = "complex numbers are not part of a graph";
const dataDependent = "the shape of its result depends on values, and a graph has fixed shapes";
const onHost = "it reads values on the host";
const strings = "strings are not part of a graph";
const ragged = `ragged tensors are not part of a graph: ${dataDependent}`;
const augmentation = "it prepares images, and has no gradient: do it to the data, before the step";
const volumes = "convolutions and pools over volumes are not translated";
const never = "no op of tfjs 4.22 runs it: the name stands for an op made of other kernels";

const decomposed = (kernel: string): string =>
  `a graph writes ${kernel} as other kernels, which have gradients of their own`;
const suppressed = `${dataDependent}: choose boxes after the step`;
const summed =
  "it reads the number of segments from the values: use segmentSum or segmentMean, which are told it";
const drawn =
  "it draws random numbers inside the kernel, from no seeded stream: add Gumbel noise that is an argument, and take the argMax";

/** Kernels of tfjs 4.22 that a graph does not have, each with the reason and, where there is one, what to use instead. */
export const unsupportedKernels: Readonly<Record<string, string>> = {
  AvgPool3D: volumes,
  AvgPool3DGrad: volumes,
  BroadcastArgs: onHost,
  Complex: complex,
  ComplexAbs: complex,
  Conv3D: volumes,
  Conv3DBackpropFilterV2: volumes,
  Conv3DBackpropInputV2: volumes,
  Dilation2DBackpropFilter: decomposed("Dilation2D"),
  Dilation2DBackpropInput: decomposed("Dilation2D"),
  Draw: onHost,
  FFT: complex,
  FromPixels: onHost,
  IFFT: complex,
  Imag: complex,
  LRNGrad: decomposed("LRN"),
  LowerBound: never,
  MatrixBandPart: never,
  MaxPool3D: volumes,
  MaxPool3DGrad: volumes,
  MaxPoolWithArgmax: "the places of maxima are not translated: use maxPool",
  Multinomial: drawn,
  NonMaxSuppressionV3: suppressed,
  NonMaxSuppressionV4: suppressed,
  NonMaxSuppressionV5: suppressed,
  Pool: never,
  RaggedGather: ragged,
  RaggedRange: ragged,
  RaggedTensorToTensor: ragged,
  Real: complex,
  RotateWithOffset: augmentation,
  SparseFillEmptyRows: dataDependent,
  SparseReshape: onHost,
  SparseSegmentMean: summed,
  SparseSegmentSum: summed,
  StaticRegexReplace: strings,
  StringNGrams: strings,
  StringSplit: strings,
  StringToHashBucketFast: strings,
  Transform: augmentation,
  Unique: dataDependent,
  UpperBound: never,
};
