// Objects that are nothing but names and values.

/** In every realm: a function node makes its objects in one of its own, which has another Object.prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}
