export { experimentArms } from "./arms.ts";
export { availability, locate, requireSource } from "./locate.ts";
export type { Problem } from "./problem.ts";
export { runExperiment } from "./trial.ts";
