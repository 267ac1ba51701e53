import tf from "@tensorflow/tfjs";
import type { NDArray } from "../../../src/graph/index.ts";
import { type Case, numbers } from "../case.ts";

const product = (equation: string, ...x: NDArray[]): Case => ({
  name: `einsum ${equation}`,
  f: (tensors) => tf.einsum(equation, ...tensors),
  x,
  numeric: true,
});
const y = numbers([3, 4], -1, 1, 0.3);
const z = numbers([2, 3, 4], -1, 1, 0.6);

export const cases: readonly Case[] = [
  product("ij->ji", y),
  product("ij->j", y),
  product("ij,jk->ik", numbers([2, 3]), y),
  product("ij,ij->", numbers([3, 4]), y),
  product("ij,ij->ij", numbers([3, 4]), y),
  product("i,j->ji", numbers([3]), numbers([2])),
  product("bqd,bkd->bqk", numbers([2, 2, 4]), z),
  product("bhqd,bhkd->bhqk", numbers([2, 2, 3, 2], -1, 1), numbers([2, 2, 3, 2], -1, 1, 0.2)),
  product("bij,jk->bik", z, numbers([4, 2])),
  // tfjs's own gives a vector of the wrong length.
  { ...product("abc,c->b", z, numbers([4])), own: true },
  { ...product("ij,jk,kl->il", numbers([2, 3]), y, numbers([4, 2])), own: true },
];
