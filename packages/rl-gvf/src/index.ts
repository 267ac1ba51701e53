export type { Transition } from "./environment.ts";
