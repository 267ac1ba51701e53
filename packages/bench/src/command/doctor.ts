import type { Inspection } from "@outrigger/core/graph/device/inspect";
import { columns } from "../report/columns.ts";
import { fromCore } from "./core.ts";

const indented = (rows: readonly (readonly string[])[]): string[] => {
  const left = (rows[0] ?? []).map(() => "left" as const);
  return columns(rows, left).map((line) => `  ${line}`);
};

/** What was found, for a terminal. */
export function describeInspection(found: Inspection): string {
  const { packages, providers, cudaLibraries, adapter, devices, chosen } = found;
  const webGpu =
    typeof adapter === "string"
      ? adapter
      : `${adapter.name}${adapter.software ? ", computed on the CPU: right, but slow" : ""}`;
  return [
    "Installed",
    ...indented(Object.entries(packages).map(([name, version]) => [name, version ?? "–"])),
    `  providers of ONNX Runtime: ${providers.join(", ")}; CUDA's libraries are ${cudaLibraries ? "there" : "missing"}`,
    "",
    "Adapter of WebGPU",
    `  ${webGpu}`,
    "",
    "Devices",
    ...indented(
      devices.map(({ runtime, device, works, why }) => [works ? "yes" : "no", `${runtime} ${device}`, why]),
    ),
    "",
    "Used",
    ...indented([
      ["without options", chosen.default],
      ['with runtime "tfjs"', chosen.tfjs],
      ['with device "gpu"', chosen.gpu],
    ]),
  ].join("\n");
}

/** @throws BenchError "missing-package" when `@outrigger/core`, which runs the models, is not installed beside this package. */
export async function inspect(): Promise<Inspection> {
  const core = await fromCore(() => import("@outrigger/core/graph/device/inspect"));
  return core.inspectDevices();
}
