import type { Weighting } from "@outrigger/core";
