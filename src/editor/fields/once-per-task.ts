// For what follows the whole state of a dialog: Node-RED triggers "change" for each of its fields when it opens.

/**
 * Returns a function that has `show` called once when the browser's current task has ended, however often it is called in that
 * task.
 */
export function oncePerTask(show: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      show();
    });
  };
}
