// Work that is told to stop after a time. How it stops, and what it then answers, is the work's.

/**
 * Does `work` with a signal that aborts after `limit` ms, or as soon as `signal` does. Settles as `work` does; nothing is
 * left of the limit then.
 *
 * It is not `AbortSignal.any` over `AbortSignal.timeout`: Node.js holds both weakly, and when memory is collected while
 * nobody else holds them, the limit never comes (nodejs/node#57736).
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
