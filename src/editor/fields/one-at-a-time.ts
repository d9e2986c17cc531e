// A second press on a button while its dialog is still being prepared opens no second dialog.

/** `open`, which does nothing while an earlier call has not ended. */
export function oneAtATime<Arguments extends readonly unknown[]>(
  open: (...given: Arguments) => Promise<void>,
): (...given: Arguments) => Promise<void> {
  let isOpening = false;
  return async (...given) => {
    if (isOpening) return;
    isOpening = true;
    try {
      await open(...given);
    } finally {
      isOpening = false;
    }
  };
}
