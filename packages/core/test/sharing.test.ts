import { rotograd } from "@outrigger/core/feature/rotograd";
import { array, compile, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dropout } from "@outrigger/core/nn/dropout";
import { activation } from "@outrigger/core/nn/sequential";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { cgc } from "@outrigger/core/sharing/cgc";
import { crossStitch } from "@outrigger/core/sharing/cross-stitch";
import { hardSharing } from "@outrigger/core/sharing/hard-sharing";
import { mmoe } from "@outrigger/core/sharing/mmoe";
import { mtan } from "@outrigger/core/sharing/mtan";
import { ple } from "@outrigger/core/sharing/ple";
import { residualAdapters } from "@outrigger/core/sharing/residual-adapters";
import { fit } from "@outrigger/core/train/fit";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { Params } from "@outrigger/core/train/model";
import { isSplit } from "@outrigger/core/train/split-model";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { mgda } from "@outrigger/core/weighting/mgda";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { thrown } from "./support/errors.ts";
import { allPolicies, linearHeads, perceptron } from "./support/policies.ts";
import { lossGradients, numbers, outputsOf, stirred } from "./support/policy-contract.ts";

const names = ["y", "a"];
const options = perceptron(names);
const x = numbers("x", [5, 3]);
const seed = (): Random => Random.seeded(1, "init");
const count = (tree: Tree<NDArray>): number =>
  leaves<NDArray>(tree).reduce((n, { data }) => n + data.length, 0);
const paths = (params: Params): string[] => [...namedLeaves(params).keys()];

function expectClose(found: Record<string, number[]>, expected: Record<string, number[]>): void {
  for (const task of names)
    expected[task]!.forEach((value, i) => expect(found[task]![i]).toBeCloseTo(value, 5));
}

const plain = hardSharing(options);
const shared = plain.init(seed());
/** A layer 3 → 6, a layer 6 → 4, a head 4 → 1. */
const [first, second, head] = [3 * 6 + 6, 6 * 4 + 4, 4 + 1];

describe("parameters, counted by hand", () => {
  const counts: [string, () => Params, number, number][] = [
    ["hardSharing", () => shared, first + second, head],
    ["crossStitch", () => crossStitch(options).init(seed()), 2 * (first + second) + 2 * 4, head],
    ["mmoe", () => mmoe({ ...options, experts: 3 }).init(seed()), 3 * (first + second), head + 3 * 3],
    [
      "cgc",
      () => cgc({ ...options, sharedExperts: 2, taskExperts: 3 }).init(seed()),
      2 * (first + second),
      head + 3 * (first + second) + 3 * 5,
    ],
    [
      "ple",
      () => ple({ ...options, sharedExperts: 2, taskExperts: 3 }).init(seed()),
      2 * (first + second) + 2 * (3 * first + 3 * 5) + 3 * 8,
      head + 3 * second + 6 * 5,
    ],
    [
      "mtan",
      () => mtan(options).init(seed()),
      first + second,
      head + (6 * 6 + 6) * 2 + second + (8 * 4 + 4) + (4 * 4 + 4),
    ],
    [
      "residualAdapters",
      () => residualAdapters({ ...options, size: 2 }).init(seed()),
      first + second,
      head + (6 * 2 + 2 + 2 * 6 + 6) + (4 * 2 + 2 + 2 * 4 + 4),
    ],
  ];
  test.each(counts)("%s", (_, make, trunk, own) => {
    const params = make();
    expect([count(params.trunk), count(params.heads["y"]!), count(params.heads["a"]!)]).toEqual([
      trunk,
      own,
      own,
    ]);
  });

  test("what one task uses alone stands under its name, with a prefix for each kind", () => {
    const under = (params: Params, prefix: string): number =>
      paths(params).filter((path) => path.startsWith(prefix)).length;
    expect(under(residualAdapters({ ...options }).init(seed()), "heads/y/adapters/")).toBe(8);
    expect(under(mtan(options).init(seed()), "heads/y/attention/")).toBe(10);
    expect(under(mmoe(options).init(seed()), "heads/y/gate/")).toBe(1);
    expect(under(ple(options).init(seed()), "heads/y/experts/")).toBe(2);
    expect(under(crossStitch(options).init(seed()), "trunk/0/columns/y/")).toBe(2);
  });
});

describe("special cases are other policies, number for number", () => {
  const hard = outputsOf(plain, shared, x);

  test("cross-stitch with identity units: separate networks", async () => {
    const model = crossStitch({ ...options, self: 1 });
    const params = model.init(seed());
    const trunk = params.trunk as unknown as { columns: Record<string, Tree<NDArray>> }[];
    const alone = async (task: string): Promise<number[]> => {
      const own = { trunk: trunk.map(({ columns }) => columns[task]!), heads: params.heads };
      return (await outputsOf(plain, own, x))[task]!;
    };
    expectClose(await outputsOf(model, params, x), { y: await alone("y"), a: await alone("a") });
    const [ofY] = await lossGradients(model, names, params, x);
    const columns = (ofY!.trunk as unknown as typeof trunk)[0]!.columns;
    expect(leaves<NDArray>(columns["a"]!).every(({ data }) => data.every((value) => value === 0))).toBe(true);
  });

  test("cross-stitch with equal columns and any units whose rows sum to one: hard sharing", async () => {
    const model = crossStitch({ ...options, self: 0.3 });
    const { heads } = shared;
    const trunk = (shared.trunk as Tree<NDArray>[]).map((layer, l) => ({
      columns: { y: layer, a: layer },
      unit: (model.init(seed()).trunk as unknown as { unit: NDArray }[])[l]!.unit,
    }));
    expectClose(await outputsOf(model, { trunk, heads } as unknown as Params, x), await hard);
  });

  test("mmoe with one expert: hard sharing", async () => {
    const model = mmoe({ ...options, experts: 1 });
    expectClose(await outputsOf(model, model.init(seed()), x), await hard);
  });

  test("mmoe with equal experts: hard sharing, whatever the gates", async () => {
    const model = mmoe({ ...options, experts: 3 });
    const params = model.init(seed());
    const trunk = { experts: [shared.trunk, shared.trunk, shared.trunk] };
    const heads = names.map((task) => [
      task,
      { ...(params.heads[task] as object), head: shared.heads[task]! },
    ]);
    expectClose(
      await outputsOf(model, { trunk, heads: Object.fromEntries(heads) } as unknown as Params, x),
      await hard,
    );
  });

  test("ple of one level: cgc", async () => {
    const deep = { ...options, layers: [options.layers[0]!], heads: linearHeads(names, 6), sharedExperts: 2 };
    const [one, other] = [ple(deep), cgc(deep)];
    const params = stirred(one.init(seed()));
    // A chain of one layer has its parameters in a list of one.
    const listed = (experts: unknown): unknown => (experts as unknown[]).map((each) => [each]);
    const [level] = params.trunk as unknown as { shared: unknown }[];
    const heads = Object.fromEntries(
      names.map((task) => {
        const own = params.heads[task] as unknown as { experts: unknown };
        return [task, { ...own, experts: listed(own.experts) }];
      }),
    );
    const same = { trunk: [{ shared: listed(level!.shared) }], heads } as unknown as Params;
    expect(paths(other.init(seed()))).toEqual(paths(same));
    expect(await outputsOf(other, same, x)).toEqual(await outputsOf(one, params, x));
  });

  test("cgc keeps a task's experts out of the other's reach, ple of two levels does not", async () => {
    const reach = async (make: typeof ple): Promise<number> => {
      const model = make(options);
      const params = model.init(seed());
      const inside = (place: string): string[] => paths(params).filter((path) => path.includes(place));
      const found = await lossGradients(model, names, params, x);
      const ofA = namedLeaves(found[1]!);
      return inside("y/experts/").filter((path) => ofA.get(path)!.data.some((value) => value !== 0)).length;
    };
    // Kernel and bias of the first level's expert; the second level's are y's alone.
    expect([await reach(cgc), await reach(ple)]).toEqual([0, 2]);
  });

  test("adapters at first: hard sharing, with a gradient for U alone", async () => {
    const model = residualAdapters({ ...options, size: 2 });
    const params = model.init(seed());
    expect(await outputsOf(model, params, x)).toEqual(await hard);
    const [ofY] = await lossGradients(model, names, params, x);
    const { adapters } = ofY!.heads["y"] as unknown as {
      adapters: { up: { kernel: NDArray }; down: { kernel: NDArray } }[];
    };
    for (const { up, down } of adapters) {
      expect(Math.max(...up.kernel.data.map(Math.abs))).toBeGreaterThan(1e-4);
      expect(Math.max(...down.kernel.data.map(Math.abs))).toBe(0);
    }
  });

  test("mtan with open masks: hard sharing; with closed ones the features are gone", async () => {
    const model = mtan(options);
    const params = model.init(seed());
    const masked = (bias: number): Params => {
      const heads = names.map((task) => {
        const own = params.heads[task] as unknown as {
          attention: { mask: Tree<NDArray>[] }[];
          head: unknown;
        };
        const attention = own.attention.map(({ mask, ...carry }) => {
          const last = mask[1] as unknown as { kernel: NDArray; bias: NDArray };
          const filled = (like: NDArray, value: number): NDArray =>
            array(new Float32Array(like.data.length).fill(value), like.shape);
          return {
            ...carry,
            mask: [mask[0], { kernel: filled(last.kernel, 0), bias: filled(last.bias, bias) }],
          };
        });
        return [task, { head: own.head, attention }];
      });
      return { trunk: params.trunk, heads: Object.fromEntries(heads) as never };
    };
    expectClose(await outputsOf(model, masked(40), x), await hard);
    const dark = await outputsOf(model, masked(-40), x);
    for (const task of names) expect(Math.max(...dark[task]!.map(Math.abs))).toBeLessThan(1e-6);
  });

  test("every policy but those of several networks starts with the parameters of hard sharing", async () => {
    const begins = Object.entries(Object.fromEntries(await allPolicies()))
      .filter(([, make]) => {
        const trunk = make(options).init(seed()).trunk;
        return JSON.stringify(trunk) === JSON.stringify(shared.trunk);
      })
      .map(([name]) => name);
    expect(begins.sort()).toEqual(["hardSharing", "mtan", "residualAdapters", "taps"]);
  });
});

describe("who takes methods that look at the representation", () => {
  test("hard sharing and mmoe are split models, and train under such methods; the others are not", async () => {
    const split = (await allPolicies()).filter(([, make]) => isSplit(make(options))).map(([name]) => name);
    expect(split.sort()).toEqual(["hardSharing", "mmoe"]);
    const data = toy({ samples: 60 });
    for (const model of [plain, mmoe({ ...options, experts: 2 })]) {
      for (const method of [representation(mgda()), rotograd()]) {
        const optimizer = adam({ learningRate: 0.02 });
        const tasks = data.tasks.slice(0, 2);
        const common = {
          ...data,
          tasks,
          optimizer,
          epochs: 8,
          seed: 1,
          threads: 1,
          progress: "none",
        } as const;
        const fitted = await fit(model, { ...common, method });
        const { history } = fitted;
        expect(history.at(-1)!.losses["y"]!).toBeLessThan(history[0]!.losses["y"]!);
        await fitted.dispose();
      }
    }
  });
});

describe("layers as they come", () => {
  test("dropout and functions without parameters are layers too, and count as none of the adapters' widths", async () => {
    const layers = [options.layers[0]!, dropout(0.5), activation(tf.relu), options.layers[1]!];
    for (const [, make] of await allPolicies()) {
      const model = make({ ...options, layers });
      const outputs = await outputsOf(model, model.init(seed()), x);
      expect(outputs["y"]!.every(Number.isFinite)).toBe(true);
    }
  });

  test("inputs may be anything of the batch", async () => {
    const model = hardSharing<{ other: Tensor }>({ ...options, inputs: ({ other }) => tf.mul(other, 2) });
    const run = compile(
      ((p: never, other: Tensor) => model.apply(p, { other }, { training: false })) as never,
      { runtime: "tfjs", device: "cpu" },
    );
    const twice = array(
      x.data.map((value) => value / 2),
      x.shape,
    );
    const { y } = (await run(shared as never, twice)) as unknown as Record<string, NDArray>;
    expectClose({ y: [...y!.data], a: [] }, { y: (await outputsOf(plain, shared, x))["y"]!, a: [] });
    await run.dispose();
  });

  test("a single number a sample has no features to gate, attend to or adapt", () => {
    const layers = [...options.layers, activation((h) => tf.mean(h, 1))];
    for (const make of [mtan, residualAdapters]) {
      expect(thrown(() => make({ ...options, layers }).init(seed()))).toMatchObject({
        code: "bad-option",
        message: expect.stringContaining("layer 2 gives one number a sample"),
      });
    }
    for (const make of [mmoe, cgc, ple]) {
      expect(thrown(() => make({ ...options, shape: [] }).init(seed())).message).toMatch(/shape is \[\]/);
    }
  });

  test("options that mean nothing are refused by name", () => {
    for (const [make, named] of [
      [() => crossStitch({ ...options, self: 1.5 }), "self is 1.5"],
      [() => crossStitch({ ...options, self: Number.NaN }), "self is NaN"],
      [() => mmoe({ ...options, experts: 0 }), "experts is 0"],
      [() => ple({ ...options, taskExperts: 1.5 }), "taskExperts is 1.5"],
      [() => cgc({ ...options, sharedExperts: -1 }), "sharedExperts is -1"],
      [() => residualAdapters({ ...options, size: 0 }), "size is 0"],
    ] as const) {
      expect(thrown(make)).toMatchObject({ code: "bad-option", message: expect.stringContaining(named) });
    }
  });
});
