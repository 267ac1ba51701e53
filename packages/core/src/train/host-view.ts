import { type Compiled, type CompileOptions, compile, type NDArray, type Tree } from "../graph/index.ts";
import type { Params, ParamsTensors } from "./model.ts";

/** Compiles `f(params, ...args)` for parameters that lie on the host. */
export function hostView(
  params: Params,
  f: (params: ParamsTensors, ...args: never[]) => unknown,
  options: CompileOptions,
): Compiled {
  const compiled = compile(f as never, options);
  return Object.assign((...args: Tree<NDArray>[]) => compiled(params, ...args), {
    into: <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]) => compiled.into(out, params, ...args),
    explain: (...args: Tree<NDArray>[]) => compiled.explain(params, ...args),
    describe: () => compiled.describe(),
    dispose: () => compiled.dispose(),
  });
}
