// Hands the browser a recording as a file of JSON lines.

import { saveFile } from './save-file';
import { askRecording } from './topics-requests';

/** All that is kept, or what is kept at the topic `path` and below. */
export async function saveRecording(viewer: string, path?: string): Promise<void> {
  const lines = await askRecording(viewer, path);
  saveFile('topics.jsonl', new Blob([lines], { type: 'application/x-ndjson' }));
}
