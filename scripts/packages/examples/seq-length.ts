import { Random } from "@outrigger/core/random";
import { hint, restriction, sorting, successor, vocabulary, whole } from "@outrigger/seq-length";

const task = sorting({ symbols: 50 });
const words = vocabulary({ symbols: 50, tasks: ["sort", "successor"] });
const main = whole(task, words, { lengths: [2, 10] });
const restricted = restriction(task, words, { trainLength: 10, longest: 50 });
const hints = hint(task, successor, words, { trainLength: 10 });

const { tokens, positions, targets } = restricted.draw(Random.seeded(0, "restrictions"));
if (tokens.length === 0) throw new Error("An example without tokens.");
console.log(tokens, positions, targets, typeof main.draw, typeof hints.draw);
