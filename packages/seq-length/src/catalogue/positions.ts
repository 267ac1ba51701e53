import { abacus } from "../model/position/abacus.ts";
import { alibi } from "../model/position/alibi.ts";
import { coupled } from "../model/position/coupled.ts";
import type { PositionEncoding } from "../model/position/encoding.ts";
import { fire } from "../model/position/fire.ts";
import { learned } from "../model/position/learned.ts";
import { none } from "../model/position/none.ts";
import { rope } from "../model/position/rope.ts";
import { sinusoidal } from "../model/position/sinusoidal.ts";
import { t5Bias } from "../model/position/t5-bias.ts";
import { byName, named } from "./named.ts";

/** Every position encoding. @param ids size of the tables that some have. */
export const everyPosition = (ids: number): PositionEncoding[] => [
  rope(),
  none(),
  alibi(),
  t5Bias(),
  fire(),
  sinusoidal(),
  learned({ ids }),
  coupled({ ids }),
  abacus({ ids }),
];

/** A position encoding by its name. @throws OutriggerError `bad-option` for an unknown one. */
export const positionNamed = (name: string, ids: number): PositionEncoding =>
  named("position encoding", byName(everyPosition(ids)), name);
