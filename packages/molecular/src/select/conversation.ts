import { OutriggerError } from "@outrigger/core/error";
import { type Read, textOf } from "./answer.ts";
import type { Exchanges } from "./exchanges.ts";
import { correction, type Message } from "./prompts.ts";

/** What every question of a run shares. */
export interface Questions {
  readonly model: string;
  /** `null`: the endpoint's own. */
  readonly temperature: number | null;
  /** Times that a question is asked until its answer can be used. */
  readonly attempts: number;
}

/**
 * Asks until the answer can be read, each time with the last answer and what was wrong with it.
 *
 * @throws OutriggerError `bad-data` with `details.reason` `answer` after the last attempt, and what `exchanges.send` throws
 */
export async function ask<T>(
  exchanges: Exchanges,
  questions: Questions,
  prompt: readonly Message[],
  read: (text: string) => Read<T>,
): Promise<T> {
  const { model, temperature, attempts } = questions;
  let messages = [...prompt];
  for (let attempt = 1; ; attempt++) {
    const response = await exchanges.send({
      model,
      messages,
      ...(temperature === null ? {} : { temperature }),
    });
    const text = textOf(response);
    const answer = text.ok ? read(text.value) : text;
    if (answer.ok) {
      await exchanges.keep();
      return answer.value;
    }
    if (attempt === attempts) {
      const shown = text.ok ? ` The last answer was: ${text.value.slice(0, 300)}` : "";
      const said = `${model} gave ${attempts} answers that cannot be used; of the last: ${answer.why} Use a model that follows instructions better, allow more attempts, or choose by the frozen votes.${shown}`;
      throw new OutriggerError("bad-data", said, { reason: "answer", attempts });
    }
    const said: Message[] = text.ok ? [{ role: "assistant", content: text.value }] : [];
    messages = [...prompt, ...said, correction(answer.why)];
  }
}
