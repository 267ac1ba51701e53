import { kindOf } from "./kinds.ts";
import { serve } from "./serve.ts";

await serve(kindOf);
