// The requests about recordings in files. Paths are relative, so that Node-RED adds its root and the user's token.

import type { LineProblem } from '../../core/recordings/read-line';
import type { RecordingSurvey } from '../../core/recordings/recording-survey';
import type { RecordingRefusal, RecordingsReport, ReplayControl } from '../../core/recordings/recordings-protocol';
import { topicsText } from './topics-text';

/** The body of POST recordings/record. */
export interface RecordBody {
  readonly name: string;
  readonly broker: string;
  readonly filter: string;
  readonly own: boolean;
  readonly bytes: number;
  readonly seconds: number;
}

/** The body of POST recordings/replay. */
export interface ReplayBody {
  readonly name: string;
  readonly broker: string;
  readonly to: 'broker' | 'flow';
  readonly speed: number;
  readonly loop: boolean;
  /** ms */
  readonly longestPause: number;
  readonly prefix: string;
  readonly branches: readonly string[];
  readonly retain: boolean;
}

/** What our routes answer when they refuse. Proxies and others may answer with anything. */
interface Refusal {
  readonly refusal?: RecordingRefusal;
  readonly detail?: string;
  readonly line?: number;
  readonly problem?: LineProblem;
}

function failure({ status, responseJSON }: JQuery.jqXHR): Error {
  if (status === 401 || status === 403) return new Error(topicsText('refused.permission'));
  const { refusal, detail, line, problem }: Refusal = responseJSON ?? {};
  if (refusal === undefined) {
    return new Error(status === 0 ? topicsText('refused.unreachable') : topicsText('refused.other', { status }));
  }
  const sentence = topicsText(`recordings.refused.${refusal}`, { detail: detail ?? '' });
  if (line === undefined || problem === undefined) return new Error(sentence);
  const why = topicsText('recordings.atLine', { line, problem: topicsText(`recordings.line.${problem}`) });
  return new Error(`${sentence} ${why}`);
}

function ask<Answer>(path: string, settings: JQuery.AjaxSettings): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The routes answer as core/recordings/recordings-protocol.ts describes.
    $.ajax({ url: `mqtt-flows/${path}`, dataType: 'json', timeout: 30_000, cache: false, ...settings }).then(
      (answer: Answer) => resolve(answer),
      (answer: JQuery.jqXHR) => reject(failure(answer)),
    );
  });
}

async function post(path: string, body: object): Promise<void> {
  await ask(path, { method: 'POST', contentType: 'application/json', data: JSON.stringify(body) });
}

export function askRecordings(): Promise<RecordingsReport> {
  return ask('recordings', {});
}

/** What is in a recording. Takes as long as reading it. */
export function askSurvey(name: string): Promise<RecordingSurvey> {
  return ask('recordings/survey', { data: { name }, timeout: 600_000 });
}

export function startRecording(body: RecordBody): Promise<void> {
  return post('recordings/record', body);
}

/** Stops a recording, or takes one that is over from the list of those that run. */
export function stopRecording(id: string): Promise<void> {
  return post('recordings/stop', { id });
}

export function deleteRecording(name: string): Promise<void> {
  return post('recordings/delete', { name });
}

export function startReplay(body: ReplayBody): Promise<void> {
  return post('recordings/replay', body);
}

export function controlReplay(control: ReplayControl): Promise<void> {
  return post('recordings/control', control);
}

/** The file of a recording. The browser keeps what is large on its disk. */
export function askFile(name: string): Promise<Blob> {
  const xhrFields = { responseType: 'blob' } as const;
  return ask('recordings/download', { data: { name }, dataType: 'binary', xhrFields, timeout: 0 });
}

export async function uploadRecording(name: string, file: File): Promise<void> {
  const path = `recordings/upload?${new URLSearchParams({ name }).toString()}`;
  const body = { data: file, processData: false, contentType: 'application/x-ndjson', timeout: 0 };
  await ask(path, { method: 'POST', ...body });
}
