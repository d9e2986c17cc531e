// An admin route whose answer takes time. Express 4 does not look at the promise of a handler.

import type { Request, RequestHandler, Response } from 'express';

/**
 * Hands the error of `answer` to Express, which answers with 500. Node.js ends the process for a rejection that nobody
 * handles.
 */
export function asyncRoute(answer: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => void answer(request, response).catch(next);
}
