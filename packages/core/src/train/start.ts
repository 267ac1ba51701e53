import { OutriggerError } from "../error.ts";
import { sameShape } from "../graph/array.ts";
import { flatten, namedLeaves } from "./flat.ts";
import type { Model, Params } from "./model.ts";

/**
 * The model that begins with given parameters. It draws its own nevertheless, so that whatever is drawn after them is the same.
 *
 * @throws OutriggerError "bad-option", when it begins, for parameters of another model
 */
export const startingAt = <B>(model: Model<B>, start: Params): Model<B> => ({
  ...model,
  init(random) {
    const [own, given] = [namedLeaves(model.init(random)), namedLeaves(start)];
    for (const path of new Set([...own.keys(), ...given.keys()])) {
      const [wanted, found] = [own.get(path)?.shape, given.get(path)?.shape];
      if (wanted && found && sameShape(wanted, found)) continue;
      const said = (shape?: readonly number[]): string =>
        shape ? `of shape [${shape.join(", ")}]` : "missing";
      throw new OutriggerError(
        "bad-option",
        `start: parameter ${path} is ${said(found)} there and ${said(wanted)} in the model. Give the parameters of this model.`,
        { parameter: path },
      );
    }
    return flatten(start).tree;
  },
});
