import { spawnSync } from "node:child_process";

/** `$OUTRIGGER_PYTHON`, else `python3`. */
export const python: string = process.env.OUTRIGGER_PYTHON ?? "python3";

const runs = (code: string): boolean => spawnSync(python, ["-c", code]).status === 0;

export const hasPython: boolean = runs("import sys; assert sys.version_info >= (3, 9)");
export const hasGymnasium: boolean = hasPython && runs("import gymnasium");
export const hasAtari: boolean = hasGymnasium && runs("from ale_py.vector_env import AtariVectorEnv");
