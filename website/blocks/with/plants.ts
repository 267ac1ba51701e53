import { Random } from "@outrigger/core/random";

const random = Random.seeded(1, "plants");
/** n rows of three features, and labels that depend on them. */
const plant = (n: number, slope: number) => {
  const features = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
  return { features, labels: features.map(([a, b]) => a! + slope * b! + 0.5 * random.normal()) };
};
const { features: x, labels: y } = plant(12, 1);
const { features: x1, labels: y1 } = plant(200, 0.9);
