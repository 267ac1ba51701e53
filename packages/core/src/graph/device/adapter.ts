import { platform } from "#platform";

/** A GPU, or a driver that computes on the CPU, as WebGPU sees it. */
export interface Adapter {
  readonly name: string;
  readonly vendor: string;
  /** Computed on the CPU: right for checking results, slower than the CPU's own kernels. */
  readonly software: boolean;
}

/** What WebGPU tells of an adapter. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** The entry point of WebGPU: a page's `navigator.gpu`, or Dawn's. */
export interface WebGpu {
  requestAdapter(options?: { powerPreference?: string }): Promise<{ readonly info: AdapterInfo } | null>;
}

/** Drivers that compute on the CPU, by the words in their names. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

export function describeAdapter(info: AdapterInfo): Adapter {
  const { vendor, architecture, device, description } = info;
  const words = [vendor, architecture, device, description];
  return {
    name: description || [vendor, architecture].filter(Boolean).join(" ") || "an adapter without a name",
    vendor,
    software: info.isFallbackAdapter === true || words.some((word) => software.test(word)),
  };
}

/** The adapter that WebGPU would use, or in words why there is none. */
export async function findAdapter(): Promise<Adapter | string> {
  const gpu = await platform.webGpu();
  if (gpu === undefined) return `WebGPU is not there: ${platform.webGpuCure}`;
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  return adapter === null
    ? "WebGPU finds no adapter (on Linux it needs a Vulkan driver and libvulkan1)"
    : describeAdapter(adapter.info);
}
