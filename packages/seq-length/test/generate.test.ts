import { describe, expect, it } from "vitest";
import { logn } from "../src/model/attention-scale.ts";
import type { DecoderOptions } from "../src/model/decoder.ts";
import { generator, type Prompt, uncachedGenerator } from "../src/model/generate.ts";
import { rope } from "../src/model/position/rope.ts";
import { cpu, END, encodings, FIRST, SYMBOLS, small, stream, TASK } from "./small-model.ts";

/** Prompts of different lengths, with ids that have gaps, room for `steps` tokens. */
function prompts(steps: number): Prompt[] {
  const random = stream("prompts");
  return [3, 7, 5].map((length) => {
    let id = 0;
    const positions = Array.from({ length: length + steps }, () => (id += 1 + random.integer(2)));
    return {
      tokens: [TASK, ...Array.from({ length: length - 1 }, () => FIRST + random.integer(SYMBOLS))],
      positions,
    };
  });
}

/** Both ways, with untrained parameters scaled up so that tokens differ from step to step. */
async function both(options: Partial<DecoderOptions>, end: number, steps = 9) {
  const decoder = small(options);
  const params = decoder.init(stream("init"));
  const { table } = params.tokens;
  (table.data as Float32Array).forEach((value, i, all) => {
    all[i] = 4 * value;
  });
  const [cached, plain] = [
    generator(decoder, params, { ...cpu, end }),
    uncachedGenerator(decoder, params, { ...cpu, end }),
  ];
  const found = [
    await cached.generate(prompts(steps), steps),
    await plain.generate(prompts(steps), steps),
  ] as const;
  await Promise.all([cached.dispose(), plain.dispose()]);
  return found;
}

describe("generation with a cache", () => {
  const never = -1;
  it.each(encodings.map((each) => [each.name, each] as const))(
    "says the tokens of full passes, with %s",
    async (_, positions) => {
      const [cached, plain] = await both({ positions }, never);
      expect(cached).toEqual(plain);
      expect(cached.map((tokens) => tokens.length)).toEqual([9, 9, 9]);
      expect(new Set(cached.flat()).size).toBeGreaterThan(2);
    },
  );

  it("does so with loops and a scale that counts keys", async () => {
    const [cached, plain] = await both(
      { loops: 2, layers: 1, scale: logn({ length: 2 }), positions: rope() },
      never,
    );
    expect(cached).toEqual(plain);
  });

  it("ends each sequence with its end token, and goes on with the others", async () => {
    const [free] = await both({}, never);
    const end = free[0]![2]!;
    const [cached, plain] = await both({}, end);
    expect(cached).toEqual(plain);
    cached.forEach((tokens, row) => {
      const at = free[row]!.indexOf(end);
      expect(tokens).toEqual(at < 0 ? free[row] : free[row]!.slice(0, at + 1));
    });
  });

  it("refuses prompts without tokens or with too few ids", async () => {
    const decoder = small();
    const { generate, dispose } = generator(decoder, decoder.init(stream()), { ...cpu, end: END });
    await expect(generate([{ tokens: [], positions: [0] }], 1)).rejects.toThrow(/prompt 0 has 0 tokens/);
    await expect(generate([{ tokens: [TASK], positions: [0] }], 2)).rejects.toThrow(
      /an id for each and for 1 more/,
    );
    await expect(generate([], 0)).rejects.toThrow(/steps must be a positive whole number/);
    await expect(generate([], 1)).resolves.toEqual([]);
    await dispose();
  });
});
