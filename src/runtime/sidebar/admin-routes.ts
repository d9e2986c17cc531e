// The admin routes of the topics sidebar. Each needs a permission. Routes that change something are POST requests with
// a JSON body, which a page of another site cannot send without a preflight request.

import type { Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import type { Result } from '../../core/errors/result';
import type { EncodedAnswer, PublishRequest } from '../../core/sidebar/sidebar-protocol';
import {
  readClear,
  readHistory,
  readPublish,
  readSeries,
  readStart,
  readStop,
  readView,
} from '../../core/sidebar/sidebar-requests';
import { asyncRoute } from '../admin/async-route';
import { jsonOnly } from '../admin/json-only';
import { findBroker } from '../broker/broker-node';
import { outsideDeploys } from '../deploy/deploy-events';
import { messageTypesOf } from '../node/formats-in-use';
import { answerRetained, answerValues, exportBranch } from './branch-requests';
import { type EncodedPayload, encodedPayload } from './encoded-payload';
import { numberSeries } from './number-series';
import { clearRequest, publishRequest } from './publish-request';
import { refuse } from './refusal';
import { answerSurface } from './surface-request';
import { topicsFor } from './topic-completion';
import { deployedBrokers } from './topic-recorder';
import { TopicViewers } from './topic-viewers';

/** Bytes of a payload that are shown before it is sent. */
const SHOWN_BYTES = 1024;

type Permission = 'mqtt-flows.read' | 'mqtt-flows.write';

/** Adds the routes below `mqtt-flows/`. */
export function addTopicRoutes(RED: NodeAPI): void {
  const viewers = new TopicViewers(RED);
  const outsideDeploy = outsideDeploys(RED);
  const get = (path: string, permission: Permission, handler: RequestHandler): void => {
    RED.httpAdmin.get(`/mqtt-flows/${path}`, RED.auth.needsPermission(permission), handler);
  };
  const post = (path: string, permission: Permission, handler: RequestHandler): void => {
    RED.httpAdmin.post(`/mqtt-flows/${path}`, RED.auth.needsPermission(permission), jsonOnly, handler);
  };
  get('brokers', 'mqtt-flows.read', (_request, response) => {
    // Node-RED answers a deploy before it has started the nodes, and the editor asks right then.
    outsideDeploy(() => response.json(deployedBrokers(RED)));
  });
  get('topics/completions', 'mqtt-flows.read', (request, response) => {
    const { broker, text } = request.query;
    response.json(
      topicsFor(RED, viewers, typeof broker === 'string' ? broker : '', typeof text === 'string' ? text : ''),
    );
  });
  get(
    'topics/export',
    'mqtt-flows.read',
    asyncRoute((request, response) => exportBranch(viewers, request, response)),
  );
  post('topics/start', 'mqtt-flows.read', (request, response) => start(RED, viewers, true, request, response));
  // Subscribes on the flows' connection, which needs the permission to write.
  post('topics/start-shared', 'mqtt-flows.write', (request, response) => {
    start(RED, viewers, false, request, response);
  });
  post('topics/view', 'mqtt-flows.read', (request, response) => {
    const asked = readView(request.body);
    if (!asked) return refuse(response, 400, 'request-invalid');
    const answer = viewers.look(asked);
    if (answer) response.json(answer);
    else refuse(response, 404, 'viewer-gone');
  });
  post('topics/stop', 'mqtt-flows.read', (request, response) => {
    const { viewer = '', reload = false } = readStop(request.body) ?? {};
    if (reload) viewers.leave(viewer);
    else viewers.stop(viewer);
    response.json({});
  });
  get('topics/formats', 'mqtt-flows.read', (request, response) => {
    const { broker } = request.query;
    const link = typeof broker === 'string' ? findBroker(RED, broker)?.link : undefined;
    response.json({ messageTypes: link?.ok ? messageTypesOf(link.connection) : [] });
  });
  post('topics/encode', 'mqtt-flows.read', (request, response) => {
    const publication = readPublish(request.body);
    if (!publication) return refuse(response, 400, 'request-invalid');
    answerEncoded(RED, publication, response);
  });
  get('topics/recordings', 'mqtt-flows.read', (_request, response) => response.json(viewers.shown));
  post('topics/series', 'mqtt-flows.read', (request, response) => {
    const asked = readSeries(request.body);
    if (!asked) return refuse(response, 400, 'request-invalid');
    const recorder = viewers.recorderOf(asked.viewer);
    if (recorder) response.json(numberSeries(RED, recorder, asked.series));
    else refuse(response, 404, 'viewer-gone');
  });
  post('topics/history', 'mqtt-flows.read', (request, response) => {
    const asked = readHistory(request.body);
    if (!asked) return refuse(response, 400, 'request-invalid');
    const answer = viewers.history(asked);
    if (answer) response.json(answer);
    else refuse(response, 404, 'viewer-gone');
  });
  get('topics/retained', 'mqtt-flows.read', (request, response) => answerRetained(viewers, request, response));
  get('topics/values', 'mqtt-flows.read', (request, response) => answerValues(viewers, request, response));
  post(
    'topics/surface',
    'mqtt-flows.read',
    asyncRoute((request, response) => answerSurface(viewers, request, response)),
  );
  post('topics/clear', 'mqtt-flows.write', (request, response) => {
    const clearing = readClear(request.body);
    if (!clearing) return refuse(response, 400, 'request-invalid');
    clearRequest(RED, clearing, response);
  });
  post('topics/publish', 'mqtt-flows.write', (request, response) => {
    const publication = readPublish(request.body);
    if (!publication) return refuse(response, 400, 'request-invalid');
    publishRequest(RED, publication, response);
  });
}

function start(RED: NodeAPI, viewers: TopicViewers, own: boolean, request: Request, response: Response): void {
  const asked = readStart(request.body, own);
  if (!asked) return refuse(response, 400, 'request-invalid');
  if (!findBroker(RED, asked.broker)) return refuse(response, 404, 'broker-gone');
  const viewer = viewers.start(asked);
  if (viewer === undefined) return refuse(response, 409, 'too-many-viewers');
  response.json({ viewer });
}

/** Answers with the beginning of what a payload becomes, and sends nothing. */
function answerEncoded(RED: NodeAPI, request: PublishRequest, response: Response): void {
  const link = findBroker(RED, request.broker)?.link;
  if (!link?.ok) return refuse(response, 404, 'broker-gone');
  response.json(encodedAnswer(encodedPayload(RED, link.connection, request), request.describe === true));
}

function encodedAnswer(encoded: Result<EncodedPayload>, describe: boolean): EncodedAnswer {
  if (!encoded.ok) return { ok: false, error: reportOf(encoded.error) };
  const { payload, contentType } = encoded.value;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const described = describe && contentType !== undefined ? { contentType } : {};
  return { ok: true, size: bytes.length, start: bytes.toString('base64', 0, SHOWN_BYTES), ...described };
}
