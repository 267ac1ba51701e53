import type { NDArray, Tree } from "@outrigger/core/graph/array";
import type { Mode, TensorsOf } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import type { Graphs } from "./graphs.ts";
import { linearHeads } from "./readout.ts";

/** A graph network that also says what it found at each atom, for tasks about atoms. */
export interface GraphModel extends SplitModel<ColumnBatch<Graphs>> {
  /** D, the length of an atom's vector. */
  readonly width: number;
  /** [A, D] the atoms' vectors that the readout takes together to one vector a molecule, from the parameters of the trunk. */
  atoms(trunk: Tree<Tensor>, batch: ColumnBatch<Graphs>, mode: Mode): Tensor;
}

/** The parts of a {@link GraphModel}; `P` are the parameters of its trunk. */
export interface GraphParts<P> {
  readonly tasks: readonly string[];
  readonly width: number;
  readonly init: (random: Random) => P;
  /** [A, D] from a batch of B molecules. */
  readonly atoms: (trunk: TensorsOf<P>, inputs: Graphs, molecules: number, mode: Mode) => Tensor;
  /** [B, D] from the atoms' vectors. */
  readonly pool: (
    trunk: TensorsOf<P>,
    atoms: Tensor,
    inputs: Graphs,
    molecules: number,
    mode: Mode,
  ) => Tensor;
}

/** Makes a model with one linear head a task of a network over atoms and a readout over molecules. */
export function graphModel<P>(parts: GraphParts<P>): GraphModel {
  const { width, init, atoms, pool } = parts;
  const heads = linearHeads(width, parts.tasks);
  const moleculesOf = ({ masks }: ColumnBatch<Graphs>): number => Object.values(masks)[0]!.shape[0];
  const atomsOf: GraphModel["atoms"] = (trunk, batch, mode) =>
    atoms(trunk as unknown as TensorsOf<P>, batch.inputs, moleculesOf(batch), mode);
  const split = splitModel<ColumnBatch<Graphs>>({
    init: (random) => ({ trunk: init(random) as unknown as Tree<NDArray>, heads: heads.init(random) }),
    represent: (trunk, batch, mode) =>
      pool(
        trunk as unknown as TensorsOf<P>,
        atomsOf(trunk, batch, mode),
        batch.inputs,
        moleculesOf(batch),
        mode,
      ),
    decode: (head, z) => heads.decode(head as never, z),
  });
  return { ...split, width, atoms: atomsOf };
}
