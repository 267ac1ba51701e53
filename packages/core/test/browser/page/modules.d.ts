/** Vite gives the address of a file that it copies beside the bundle. */
declare module "*.wasm?url" {
  const url: string;
  export default url;
}

/** The example of the guide; it runs when it is imported. */
declare module "virtual:guide";
