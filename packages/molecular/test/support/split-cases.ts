import type { LabelColumn } from "../../src/data/labels.ts";
import type { Split } from "../../src/data/split.ts";

export const column = (labels: readonly (number | null)[]): LabelColumn => ({
  values: Float64Array.from(labels, (label) => label ?? 0),
  present: Uint8Array.from(labels, (label) => Number(label !== null)),
});
export const parts = ({ train, validation, test }: Split): (readonly number[])[] => [train, validation, test];
export const inOrder = (split: Split): number[] =>
  parts(split)
    .flat()
    .sort((a, b) => a - b);
export const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const positives = (rows: readonly number[], { values }: LabelColumn): number =>
  rows.filter((row) => values[row] === 1).length;
