import { describeOptional } from "./optional-executor.ts";

await describeOptional(["tfjs", "tensorflow"]);
