// What a browser keeps for the sidebar: over a reload of the page, or for good. A browser may keep nothing, by setting or
// because there is no room; the sidebar then works without.

type Storage = 'localStorage' | 'sessionStorage';
const PREFIX = 'mqtt-flows-topics-';

/** Undefined when nothing is kept. The value may have been written by another version. */
export function readKept(name: string, storage: Storage = 'localStorage'): unknown {
  try {
    const text = window[storage].getItem(PREFIX + name);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined removes it. */
export function keep(name: string, value: unknown, storage: Storage = 'localStorage'): void {
  try {
    if (value === undefined) window[storage].removeItem(PREFIX + name);
    else window[storage].setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // As above.
  }
}
