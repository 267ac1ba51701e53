/**
 * Logarithm of the gamma function for x > 0: Stirling's series (NIST Digital Library of Mathematical Functions, 5.11.1,
 * https://dlmf.nist.gov/5.11#E1) after shifting x above 10; about 1e-15 relative.
 */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= Math.log(z);
  const inverse = 1 / (z * z);
  const series =
    (1 / 12 -
      inverse *
        (1 / 360 -
          inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))))) /
    z;
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
}
