// Tells work to stop after a time. The work decides how it stops and what it then returns.

/**
 * Runs `work` with a signal that aborts after `limit` ms, or as soon as `signal` does. Settles as `work` does, and
 * leaves no timer.
 * It does not use `AbortSignal.any` over `AbortSignal.timeout`: Node.js holds both weakly, and after a garbage
 * collection the limit may never come if nothing else holds them (nodejs/node#57736).
 */
export async function withTimeLimit<T>(
  limit: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = setTimeout(abort, limit);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
