// The admin routes of recordings and replays, below `mqtt-flows/recordings`. Who may read may list and download; what
// writes to the disk, to a broker or into the flows needs the permission to write.

import { pipeline } from 'node:stream/promises';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import { ENDING, isRecordingName } from '../../core/recordings/recording-name';
import { readRecord, readReplay, readReplayControl } from '../../core/recordings/recordings-protocol';
import { isRecord } from '../../core/values/plain-value';
import { jsonOnly } from '../admin/json-only';
import { RequestLimit } from '../admin/request-limit';
import { Recordings, type Refused } from './recordings';
import { recordingsFolder } from './recordings-folder';
import { upload } from './upload';

type Handler = (recordings: Recordings, request: Request, response: Response) => Promise<unknown> | unknown;
type Permission = 'mqtt-flows.read' | 'mqtt-flows.write';

/** Adds the routes. Without a user directory, they answer that there is no folder. */
export function addRecordingRoutes(RED: NodeAPI): void {
  let made: Recordings | undefined;
  /** Uploads that a restart has cut are gone. A new one must not be taken for one of them. */
  let cleared = Promise.resolve();
  const recordings = (): Recordings | undefined => {
    if (made) return made;
    const folder = recordingsFolder(RED);
    if (!folder) return undefined;
    cleared = folder.clearUploads().catch(() => {});
    made = new Recordings(RED, folder);
    return made;
  };
  const withRecordings =
    (handler: Handler): RequestHandler =>
    (request, response, next) => {
      const all = recordings();
      if (!all) return refuse(response, { refusal: 'no-folder' });
      cleared.then(() => handler(all, request, response)).catch(next);
    };
  const get = (path: string, permission: Permission, handler: Handler): void => {
    RED.httpAdmin.get(`/mqtt-flows/${path}`, RED.auth.needsPermission(permission), withRecordings(handler));
  };
  const post = (path: string, gate: RequestHandler, handler: Handler): void => {
    const mayWrite = RED.auth.needsPermission('mqtt-flows.write');
    RED.httpAdmin.post(`/mqtt-flows/${path}`, mayWrite, gate, withRecordings(handler));
  };
  get('recordings', 'mqtt-flows.read', async (all, _request, response) => response.json(await all.report()));
  // Each reads a whole file.
  const surveys = new RequestLimit(3, 60, 60_000, () => systemClock.now());
  get('recordings/survey', 'mqtt-flows.read', async (all, request, response) => {
    const leave = surveys.take();
    if (!leave) return refuse(response, { refusal: 'too-many' });
    try {
      await survey(all, request, response);
    } finally {
      leave();
    }
  });
  get('recordings/download', 'mqtt-flows.read', download);
  post('recordings/record', jsonOnly, async (all, { body }, response) => {
    const own = isRecord(body) && body.own !== false;
    const asked = readRecord(body, own);
    answer(response, asked ? await all.record(asked) : INVALID);
  });
  post('recordings/stop', jsonOnly, async (all, { body }, response) => {
    if (isRecord(body) && typeof body.id === 'string') await all.stop(body.id);
    response.json({});
  });
  post('recordings/delete', jsonOnly, async (all, { body }, response) => {
    const name: unknown = isRecord(body) ? body.name : undefined;
    answer(response, isRecordingName(name) ? await all.remove(name) : INVALID);
  });
  post('recordings/replay', jsonOnly, (all, { body }, response) => {
    const asked = readReplay(body);
    answer(response, asked ? all.replay(asked) : INVALID);
  });
  post('recordings/control', jsonOnly, (all, { body }, response) => {
    const asked = readReplayControl(body);
    if (!asked) return answer(response, INVALID);
    all.control(asked);
    response.json({});
  });
  // A recording is streamed: Node-RED would read JSON into memory, and no more than 5 MB of it.
  const uploads = new RequestLimit(2, 30, 60_000, () => systemClock.now());
  post('recordings/upload', linesOnly, async (all, request, response) => {
    const { name } = request.query;
    const leave = isRecordingName(name) ? uploads.take() : undefined;
    try {
      if (!isRecordingName(name)) answer(response, INVALID);
      else if (!leave) refuse(response, { refusal: 'too-many' });
      else answer(response, await upload(all.folder, name, request.iterator({ destroyOnReturn: false })));
      // What is refused is read to its end: a browser does not look at the answer before.
      request.resume();
    } finally {
      leave?.();
    }
  });
}

/** Rejects what a form of another site could send. */
function linesOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.is('application/x-ndjson')) next();
  else response.status(415).json({ refusal: 'request-invalid' });
}

const INVALID = { ok: false, error: { refusal: 'request-invalid' } } as const;

const STATUS: Readonly<Record<Refused['refusal'], number>> = {
  'request-invalid': 400,
  'broker-gone': 404,
  'no-folder': 404,
  'recording-gone': 404,
  'name-taken': 409,
  'recording-in-use': 409,
  'too-many': 429,
  'too-large': 413,
  'not-recording': 422,
  'file-failed': 500,
  'disk-full': 507,
};

function answer(
  response: Response,
  result: { readonly ok: true } | { readonly ok: false; readonly error: Refused },
): void {
  if (result.ok) response.json({});
  else refuse(response, result.error);
}

function refuse(response: Response, refused: Refused): void {
  if (!response.headersSent && !response.destroyed) response.status(STATUS[refused.refusal]).json(refused);
}

async function survey(all: Recordings, request: Request, response: Response): Promise<void> {
  const { name } = request.query;
  if (!isRecordingName(name)) return answer(response, INVALID);
  const surveyed = await all.survey(name, () => response.destroyed);
  if (surveyed.ok) response.json(surveyed.value);
  else refuse(response, surveyed.error);
}

async function download(all: Recordings, request: Request, response: Response): Promise<void> {
  const { name } = request.query;
  if (!isRecordingName(name)) return answer(response, INVALID);
  const file = await all.open(name);
  if (!file.ok) return refuse(response, file.error);
  response.type('application/x-ndjson').attachment(name + ENDING);
  // The stream closes the file. A browser that leaves is no error.
  await pipeline(file.value.createReadStream(), response).catch(() => {});
}
