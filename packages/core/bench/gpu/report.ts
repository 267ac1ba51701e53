import type { Inspection } from "../../src/graph/device/inspect.ts";
import { type Section, table } from "../report.ts";
import { compared, passed, tolerance, type Verdict } from "./correctness.ts";

/** Everything that one check found. */
export interface GpuReport {
  readonly command: string;
  readonly found: Inspection;
  readonly verdicts: readonly Verdict[];
  /** The last line of the device tests, and whether they passed. */
  readonly tests: { readonly passed: boolean; readonly said: string };
  /** Empty on a software adapter, where times say nothing. */
  readonly sections: readonly Section[];
  readonly reference: string;
}

export const adapterOf = ({ adapter }: Inspection): string =>
  typeof adapter === "string"
    ? adapter
    : `${adapter.name}${adapter.software ? " (computes on the CPU: its results count, its times do not)" : ""}`;

function row(verdict: Verdict): string {
  const said =
    "failed" in verdict
      ? `| – | – | failed: ${verdict.failed} |`
      : `| ${verdict.difference.losses.toExponential(1)} | ${verdict.difference.parameters.toExponential(1)} | ${passed(verdict) ? "right" : "**wrong**"} |`;
  return `| ${verdict.network} | ${verdict.executor} ${said}`;
}

/** The report as markdown. */
export function markdown(report: GpuReport): string {
  const { command, found, verdicts, tests, sections, reference } = report;
  const { devices, packages } = found;
  return [
    `    ${command}`,
    "",
    `${new Date().toISOString().slice(0, 10)}; adapter of WebGPU: ${adapterOf(found)}; onnxruntime-node ${packages["onnxruntime-node"] ?? "–"}, tfjs ${packages["@tensorflow/tfjs"] ?? "–"}.`,
    "",
    "| executor | works | what it is, or lacks |",
    "| --- | --- | --- |",
    ...devices.map(
      ({ runtime, device, works, why }) =>
        `| ${runtime} ${device} | ${works ? "yes" : "no"} | ${why.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")} |`,
    ),
    "",
    `${compared} steps of Adam against ONNX Runtime on the CPU: greatest relative difference of a loss (at most ${tolerance.losses} is right), and distance`,
    `between the ways the parameters went, relative to the length of the way (at most ${tolerance.parameters}).`,
    "",
    "| network | executor | losses | parameters | |",
    "| --- | --- | --- | --- | --- |",
    ...verdicts.map(row),
    "",
    `Device tests: ${tests.passed ? "passed" : "**failed**"} (${tests.said}).`,
    "",
    ...sections.flatMap((section) => [`### ${section.network.title}`, "", ...table(section, reference), ""]),
  ].join("\n");
}
