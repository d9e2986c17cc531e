// The check before every admin route that changes something: the request needs a JSON body, which a page of another
// site cannot send without a preflight request. Each route checks the body itself.

import type { NextFunction, Request, Response } from 'express';

/** Rejects with 415 what a form of another site could send. */
export function jsonOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.is('application/json')) next();
  else response.status(415).json({ refusal: 'request-invalid' });
}
