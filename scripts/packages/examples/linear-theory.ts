import { analyse, singleTaskRisk } from "@outrigger/linear-theory";

const features = (rows: number, phase: number) =>
  Array.from({ length: rows }, (_, i) => [Math.sin(3 * i + phase), Math.cos(5 * i + phase)]);
const labels = (x: readonly (readonly number[])[], slope: number) =>
  x.map(([a = 0, b = 0], i) => slope * a - b + 0.3 * Math.sin(11 * i));

const x = features(12, 0);
const x1 = features(60, 1);
const verdict = analyse([
  { name: "plant-a", x, y: labels(x, 2) },
  { name: "plant-b", x: x1, y: labels(x1, 2.1) },
]);
if (!verdict.recommended.fit.coefficients.every(Number.isFinite)) throw new Error(JSON.stringify(verdict));
console.log(verdict.summary, typeof singleTaskRisk);
