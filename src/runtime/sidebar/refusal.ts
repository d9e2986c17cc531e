// Why a request of the sidebar is refused. The browser has a sentence for each.

import type { Response } from 'express';

/** The browser's sentences have these names in the catalogue, under `refused.`. */
export type Refusal =
  | 'request-invalid'
  | 'broker-gone'
  | 'viewer-gone'
  | 'topic-gone'
  | 'too-many-viewers'
  | 'not-connected'
  | 'not-acknowledged';

export function refuse(response: Response, status: number, refusal: Refusal): void {
  response.status(status).json({ refusal });
}
