/** The bundler turns the module into text inside the page and makes a worker of it. */
declare module "*?worker&inline" {
  const Inline: new () => Worker;
  export default Inline;
}
