import { dbMtlEma } from "@outrigger/core/aggregator/db-mtl-ema";
import { excessMtl } from "@outrigger/core/aggregator/excess-mtl";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { moco } from "@outrigger/core/aggregator/moco";
import { trimmedMean } from "@outrigger/core/aggregator/trimmed-mean";
import { rotograd } from "@outrigger/core/feature/rotograd";
import type { Method } from "@outrigger/core/train/method";
import { aang } from "@outrigger/core/weighting/aang";
import { adaloss } from "@outrigger/core/weighting/adaloss";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { arml } from "@outrigger/core/weighting/arml";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { auxinashLearned } from "@outrigger/core/weighting/auxinash-learned";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { perLayer } from "@outrigger/core/weighting/combine/per-layer";
import { representation } from "@outrigger/core/weighting/combine/representation";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { dbMtl } from "@outrigger/core/weighting/db-mtl";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { dwa } from "@outrigger/core/weighting/dwa";
import { fairgrad } from "@outrigger/core/weighting/fairgrad";
import { famo } from "@outrigger/core/weighting/famo";
import { gls } from "@outrigger/core/weighting/gls";
import { gradientAlignment } from "@outrigger/core/weighting/gradient-alignment";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { gradientNormScaling } from "@outrigger/core/weighting/gradient-norm-scaling";
import { gradnorm } from "@outrigger/core/weighting/gradnorm";
import { gradvac } from "@outrigger/core/weighting/gradvac";
import { imtl } from "@outrigger/core/weighting/imtl";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { imtlL } from "@outrigger/core/weighting/imtl-l";
import { krum } from "@outrigger/core/weighting/krum";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { mgda } from "@outrigger/core/weighting/mgda";
import { modo } from "@outrigger/core/weighting/modo";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { olAux } from "@outrigger/core/weighting/ol-aux";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { rcgrad } from "@outrigger/core/weighting/rcgrad";
import { sdmgrad } from "@outrigger/core/weighting/sdmgrad";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { slaw } from "@outrigger/core/weighting/slaw";
import { staticWeights } from "@outrigger/core/weighting/static";
import { stch } from "@outrigger/core/weighting/stch";
import { taskSampling } from "@outrigger/core/weighting/task-sampling";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";

/** Who knows which auxiliary helps: the primary and `helpful`, nothing else. What a rule can hope for, and no rule. */
const oracle = (): Weighting => staticWeights({ weights: [1, 1, 0, 0] });

/**
 * Every rule of core by the name of its row, each with its defaults, every aggregator but `sum`, which is uniform, and every method that works
 * between trunk and heads; `-` and a word more for another form of it.
 *
 * One that is missing here fails `test/rules.test.ts`.
 */
export const rules: Readonly<Record<string, () => Method>> = {
  uniform,
  "single-task": singleTask,
  oracle,
  aang,
  adaloss,
  "aligned-mtl": alignedMtl,
  arml,
  "arml-exact": () => arml({ solver: "exact" }),
  auxinash,
  "auxinash-learned-p": auxinashLearned,
  cagrad,
  config: conFig,
  "db-mtl": dbMtl,
  "db-mtl-ema": dbMtlEma,
  "dual-proj": dualProj,
  dwa,
  "excess-mtl": excessMtl,
  fairgrad,
  famo,
  gls,
  gns: gradientNormScaling,
  "gns-cosine": () => gradientNormScaling({ cosine: true }),
  "gradient-alignment": gradientAlignment,
  "gradient-cosine": gradientCosine,
  "gradient-cosine-weighted": () => gradientCosine({ weighted: true }),
  graddrop,
  gradnorm,
  gradvac,
  "gradvac-per-layer": () => perLayer(gradvac()),
  imtl,
  "imtl-g": imtlG,
  "imtl-l": imtlL,
  krum,
  "meta-tartan": metaTartan,
  mgda,
  "mgda-representation": () => representation(mgda()),
  moco,
  modo,
  "nash-mtl": nashMtl,
  "ol-aux": olAux,
  pcgrad,
  "pcgrad-primary-only": () => pcgrad({ primaryOnly: true }),
  random: randomWeights,
  rcgrad,
  "rcgrad-anneal": () => rcgrad({ omega: "anneal", annealSteps: 600 }),
  rotograd,
  sdmgrad,
  slaw,
  stch,
  "task-sampling": taskSampling,
  "trimmed-mean": trimmedMean,
  uncertainty,
  "uncertainty-liebel-korner": () => uncertainty({ form: "liebel-korner" }),
  upgrad,
};
