// Puts elements in order without touching those that are in their place: a moved element loses the focus, and a press on it.

/** Makes `items` the only children of `list`, in their order. */
export function placeInOrder(list: Element, items: readonly Element[]): void {
  const wanted = new Set(items);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  for (const [index, item] of items.entries()) {
    const there = list.children[index] ?? null;
    if (there !== item) list.insertBefore(item, there);
  }
}
