import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { type QuestionsOptions, questions } from "../agent/questions.ts";

/**
 * The questions of depth 0 alone: every random feature's discounted sum under the policy, y = x + γ m y', without any about actions. The
 * ablation of `questions` that says what depth and conditions are worth.
 */
export const discountedSums = (options: Omit<QuestionsOptions, "depth" | "repeat"> = {}): MakeAuxiliary =>
  questions({ name: "discounted-sums", ...options, depth: 0 });
