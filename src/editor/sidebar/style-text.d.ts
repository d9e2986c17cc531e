// Style sheets of libraries, which the build makes part of a script, as text.

declare module '*.css' {
  const text: string;
  export default text;
}
