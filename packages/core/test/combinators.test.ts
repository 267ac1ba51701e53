import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { alternate } from "@outrigger/core/weighting/combine/alternate";
import { compose } from "@outrigger/core/weighting/combine/compose";
import { every } from "@outrigger/core/weighting/combine/every";
import { normalized } from "@outrigger/core/weighting/combine/normalized";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { protectPrimary } from "@outrigger/core/weighting/combine/protect-primary";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import { smoothed } from "@outrigger/core/weighting/combine/smoothed";
import { warmup } from "@outrigger/core/weighting/combine/warmup";
import { famo } from "@outrigger/core/weighting/famo";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { allCombinators } from "./support/combinators.ts";
import { contract } from "./support/contract.ts";
import { thrown } from "./support/errors.ts";
import { gramCase, product, randomGram } from "./support/gram.ts";

const random = () => Random.seeded(1, "rule");
const view = (gram: number[][], step = 0): View => ({
  step,
  epoch: 0,
  losses: gram.map(() => 1),
  primary: 0,
  gram,
});
const ask = <S>(rule: Weighting<S>, gram: number[][]) =>
  rule.weigh(view(gram), rule.init(gram.length, 0), random()).weights;

/** What was made, or the typed error instead. */
function attempted<T>(make: () => T): T | OutriggerError {
  try {
    return make();
  } catch (error) {
    if (error instanceof OutriggerError) return error;
    throw error;
  }
}

/** Every combinator, around a rule. */
const combinators: Readonly<Record<string, (rule: Weighting) => Weighting>> = {
  alternate: (rule) => alternate([2, uniform() as Weighting], [1, rule]) as Weighting,
  compose: (rule) => compose(uncertainty(), rule) as Weighting,
  every: (rule) => every(3, rule) as Weighting,
  normalized,
  perLayer,
  protectPrimary,
  representation,
  scaleAuxiliaries: (rule) => scaleAuxiliaries(rule, 0.1),
  smoothed: (rule) => smoothed(rule, 0.9) as Weighting,
  warmup: (rule) => warmup(20, rule) as Weighting,
};

test("no combinator is missing here", async () => {
  expect(Object.keys(combinators)).toEqual(await allCombinators());
});

for (const [name, around] of Object.entries(combinators)) {
  contract(`${name} around mgda`, () => around(mgda() as Weighting));

  test(`${name} does not forget where its rule looks, and promises nothing for it`, () => {
    for (const place of [perLayer, representation]) {
      const rule = place(mgda()) as Weighting;
      const made = attempted(() => around(rule));
      if (made instanceof OutriggerError) expect(made.code).toMatch(/bad-option|unsupported/);
      else expect(made.place).toBe(rule.place);
    }
    if (name !== "representation") expect(around(pcgrad() as Weighting).atRepresentation).toBeUndefined();
  });
}
contract("normalized imtl-g", () => normalized(imtlG()));
contract("protected static", () => protectPrimary(staticWeights({ weights: 2 })));
contract("composed uncertainty and pcgrad", () => compose(uncertainty(), pcgrad()));
contract("warm-up before mgda", () => warmup(20, mgda(), uniform()));

test("smoothed: equal matrices change nothing; of two others the rule sees the mean", () => {
  const [a, b] = [randomGram(1, 3, 3), randomGram(2, 3, 3)];
  const rule = smoothed(mgda(), 0.5);
  const first = rule.weigh(view(a), rule.init(3, 0), random());
  expect(first.weights).toEqual(ask(mgda(), a));
  const second = rule.weigh(view(b, 1), first.state, random());
  const mixed = a.map((row, i) => row.map((value, j) => (value + 2 * b[i]![j]!) / 3));
  for (const [k, weight] of ask(mgda(), mixed).entries()) expect(second.weights[k]).toBeCloseTo(weight, 9);
  expect(() => smoothed(mgda(), 1)).toThrow(OutriggerError);
});

test("normalized: lengths of gradients do not change the direction of the weighted unit gradients", () => {
  fc.assert(
    fc.property(gramCase(), ({ seed, size }) => {
      const lengths = Array.from({ length: size }, (_, k) => 10 ** (k - 2));
      const [plain, long] = [randomGram(seed, size, size), randomGram(seed, size, size, lengths)];
      const units = [plain, long].map((gram) => {
        const parts = ask(normalized(mgda()), gram).map((weight, k) => weight * Math.sqrt(gram[k]![k]!));
        const total = parts.reduce((x, y) => x + y, 0);
        return parts.map((value) => value / total);
      });
      for (const [k, value] of units[0]!.entries()) expect(units[1]![k]).toBeCloseTo(value, 7);
    }),
  );
});

test("protectPrimary: the direction never opposes the primary, by the smallest weight that does it", () => {
  fc.assert(
    fc.property(gramCase(), ({ seed, size, rank }) => {
      const gram = randomGram(seed, size, rank);
      const weights = ask(protectPrimary(uniform()), gram);
      const along = product(gram, weights)[0]!;
      expect(along).toBeGreaterThanOrEqual(-1e-9 * gram[0]![0]!);
      expect(weights[0]).toBeGreaterThanOrEqual(1);
      if (weights[0]! > 1) expect(Math.abs(along)).toBeLessThan(1e-9 * gram[0]![0]! * weights[0]!);
      expect(weights.slice(1)).toEqual(weights.slice(1).map(() => 1));
    }),
  );
  expect(protectPrimary(uniform()).needs({ tasks: 2 }, 0)).toBe("gram");
});

test("compose: the second rule sees weighted gradients, and what one of them needs is computed", () => {
  const gram = randomGram(3, 3, 3);
  const u = [1, 0.1, 5];
  const scaled = gram.map((row, i) => row.map((value, j) => value * u[i]! * u[j]!));
  const expected = ask(mgda(), scaled).map((weight, k) => weight * u[k]!);
  expect(ask(compose(staticWeights({ weights: u }), mgda()), gram)).toEqual(expected);
  const needs = <S>(rule: Weighting<S>) => rule.needs(rule.init(2, 0), 0);
  expect(needs(compose(uncertainty(), mgda()))).toBe("gram");
  expect(needs(compose(mgda(), metaTartan()))).toBe("gram+dev");
  expect(needs(compose(uniform(), uniform()))).toBe("nothing");
});

test("compose: a rule that compares losses before and after a step comes first, or is refused", () => {
  expect(thrown(() => compose(staticWeights({ weights: 0.1 }), famo()))).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining('"famo" compares losses before and after a step'),
  });
  // Losses that stay as they are teach it nothing.
  const rule = compose(famo(), staticWeights({ weights: 0.1 }));
  let state = rule.init(2, 0);
  for (let step = 0; step < 20; step++) {
    const seen = view(randomGram(1, 2, 2), step);
    state = rule.observe!(seen, rule.weigh(seen, state, random()).state);
  }
  expect(state.first.xi).toEqual([0, 0]);
});

test("warmup: the primary alone, then the rule; nothing is computed for it before", () => {
  const rule = warmup(2, mgda());
  const state = rule.init(3, 0);
  const gram = randomGram(4, 3, 3);
  expect([0, 1, 2].map((step) => rule.needs(state, step))).toEqual(["nothing", "nothing", "gram"]);
  expect(rule.weigh(view(gram, 1), state, random()).weights).toEqual([1, 0, 0]);
  expect(rule.weigh(view(gram, 2), state, random()).weights).toEqual(ask(mgda(), gram));
  expect(() => warmup(0, mgda())).toThrow(OutriggerError);
});

test("alternate: rules in turn for their numbers of steps, each with what it remembers of its own turns", () => {
  const primary = singleTask() as Weighting;
  const others = staticWeights({ weights: [0, 1, 1] }) as Weighting;
  const asked: number[] = [];
  const counting: Weighting = {
    name: "counting",
    paper: null,
    needs: () => "gram",
    init: () => 0,
    weigh: (_, state) => ({ weights: [2, 2, 2], state }),
    observe: ({ step }, state) => {
      asked.push(step);
      return (state as number) + 1;
    },
  };
  const rule = alternate([2, primary], [1, others], [1, counting]);
  let state = rule.init(3, 0);
  const gram = randomGram(4, 3, 3);
  const told = Array.from({ length: 9 }, (_, step) => {
    const needs = rule.needs(state, step);
    const answer = rule.weigh(view(gram, step), state, random());
    state = rule.observe!(view(gram, step), answer.state);
    return `${needs} ${answer.weights.join("")}`;
  });
  const round = ["nothing 100", "nothing 100", "nothing 011", "gram 222"];
  expect(told).toEqual([...round, ...round, round[0]]);
  expect(asked).toEqual([3, 7]);
  expect(state.inner[2]).toBe(2);
  expect(() => alternate()).toThrow(OutriggerError);
  // Of one rule too it is a schedule, which nobody published or checked.
  const alone = alternate([1, imtlG() as Weighting]);
  expect([alone.paper, alone.verified, alone.atRepresentation]).toEqual([null, undefined, true]);
  expect(() => alternate([0, primary])).toThrow(OutriggerError);
});
