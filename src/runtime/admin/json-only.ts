// The gate before every admin route that changes something: a request with a JSON body, which no page of another site can
// send without the user's browser asking Node-RED first. What the body holds, each route checks itself.

import type { NextFunction, Request, Response } from 'express';

/** Refuses with 415 what a form of another site could send. */
export function jsonOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.is('application/json')) next();
  else response.status(415).json({ refusal: 'request-invalid' });
}
