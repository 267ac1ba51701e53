/** Vite gives the address of a file that it copies beside the bundle. */
declare module "*.wasm?url" {
  const url: string;
  export default url;
}
