/** A style sheet, bundled as its minified text. */
declare module '*.css' {
  const text: string;
  // oxlint-disable-next-line import/no-default-export -- the shape that the bundler gives a text import
  export default text;
}
