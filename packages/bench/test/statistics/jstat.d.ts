/** The functions of jstat, which has no types, that tests compare with. */
declare module "jstat" {
  interface Distribution {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }
  const module: {
    jStat: Record<"normal" | "chisquare" | "centralF" | "studentt" | "tukey", Distribution>;
  };
  export default module;
}
