/** Allowed error of a WebGPU device, in units of the largest element of the result: shaders may round functions loosely. */
const usual = 1e-4;

/** Kernels that need more, by name. Each was measured. */
const wider: Readonly<Record<string, number>> = {};

/** The bound of a graph: that of its loosest kernel. */
export const webgpuBound = (kernels: Iterable<string>): number =>
  Math.max(usual, ...Array.from(kernels, (name) => wider[name] ?? 0));
