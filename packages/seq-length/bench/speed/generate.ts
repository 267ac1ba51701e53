/**
 * What the cache of keys and values saves in generation: strings of length 100 and what follows them, 101 tokens, for 32 sequences at once.
 *
 *     node --conditions=@outrigger/source --import tsx packages/seq-length/bench/speed/generate.ts
 *
 * Options: --length 100, --batch 32, --rounds 2, --threads 2.
 */
import { parseArgs } from "node:util";
import { Random } from "@outrigger/core";
import { type Generator, generator, uncachedGenerator } from "../../src/model/generate.ts";
import { decoder, reversal } from "./problem.ts";

const { values: options } = parseArgs({
  options: {
    length: { type: "string", default: "100" },
    batch: { type: "string", default: "32" },
    rounds: { type: "string", default: "2" },
    threads: { type: "string", default: "2" },
  },
});
const [length, batch, rounds] = [options.length, options.batch, options.rounds].map(Number) as [
  number,
  number,
  number,
];
const random = Random.seeded(0, "prompts");
const params = decoder.init(Random.seeded(0, "init"));
const prompts = Array.from({ length: batch }, () => {
  const { tokens, positions } = reversal(random, length);
  return { tokens: tokens.slice(0, length + 2), positions };
});
// Untrained parameters would end sequences anywhere: no token ends them here.
const compile = { runtime: "onnx", device: "cpu", threads: Number(options.threads), end: -1 } as const;

const ways: readonly (readonly [string, Generator])[] = [
  ["with the cache", generator(decoder, params, compile)],
  ["without", uncachedGenerator(decoder, params, compile)],
];
const seconds: number[][] = ways.map(() => []);
const said: string[] = [];
// The first round compiles.
for (let round = 0; round <= rounds; round++) {
  for (const [i, [, { generate }]] of ways.entries()) {
    const start = performance.now();
    const tokens = await generate(prompts, length + 1);
    if (round > 0) seconds[i]!.push((performance.now() - start) / 1000);
    said[i] = JSON.stringify(tokens);
  }
}
const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
for (const [i, [name]] of ways.entries()) {
  const rate = Math.round((batch * (length + 1)) / median(seconds[i]!));
  console.log(`${name}: ${median(seconds[i]!).toFixed(2)} s, ${rate} tokens a second`);
}
const ratios = seconds[0]!.map((own, round) => seconds[1]![round]! / own);
console.log(
  `ratio ${median(ratios).toFixed(1)} [${Math.min(...ratios).toFixed(1)}, ${Math.max(...ratios).toFixed(1)}]; same tokens: ${said[0] === said[1]}`,
);
for (const [, each] of ways) await each.dispose();
process.exit();
