/** Every kernel that a graph knows. What exists is what these files define. */
import "./unary.ts";
import "./binary.ts";
import "./reduction.ts";
import "./matmul.ts";
import "./shape.ts";
import "./gather.ts";
import "./segment.ts";
import "./own.ts";
import "./gram.ts";
