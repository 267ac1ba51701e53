import { warnAs } from "@outrigger/core/command/output";

export const warn: (text: string) => void = warnAs("outrigger-molecular");
