import { Random } from "@outrigger/core/random";
import {
  createBatch, minatar, minatarGames, questionMask, questionNetwork, randomFeatures, randomFeatureSettings, seededChoices, seededVector,
  tdLoss, tdTargets, transitionFeatures,
} from "@outrigger/rl-gvf";

const environments = seededVector((random) => minatar(minatarGames.breakout, { random: random("game") }), { count: 16, seed: 7 });
const [count, width] = [16, 784];
const size = environments.observation.shape.reduce((a, b) => a * b, 1);
const observations = Float32Array.from({ length: count * size }, (_, i) => Number(i % 3 === 0));
const nextObservations = observations.toReversed();
const features = new Float32Array(count * 16);
const predictions = new Float32Array(count * width);
const targets = new Float32Array(count * width);
const mask = new Float32Array(count * width);
const continues = new Float32Array(count).fill(1);
const alive = new Float32Array(count).fill(1);
const actions = new Int32Array(count);
