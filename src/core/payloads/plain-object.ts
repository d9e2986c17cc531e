// Objects that are nothing but names and values.

/** In every realm: a function node makes its objects in one of its own, which has another Object.prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}

/**
 * The type of `value` where all that it holds is out of reach, so that it would be sent as an object without names: a URL, a
 * boxed number. Undefined where there is something to send, and for an object that has nothing in it.
 */
export function hiddenType(value: object): string | undefined {
  if (isPlain(value) || Array.isArray(value) || Object.keys(value).length > 0) return undefined;
  // `[object URL]`, in every realm; an instance of somebody's class is `[object Object]`.
  const type = Object.prototype.toString.call(value).slice(8, -1);
  return type === 'Object' ? undefined : type;
}
