// The names of the recordings that there are.

import type { RecordingsReport } from '../../core/recordings/recordings-protocol';

/** None for users who may not see them: they may still type a name. */
export async function askRecordingNames(): Promise<readonly string[]> {
  try {
    // The route answers as core/recordings/recordings-protocol.ts describes.
    const report: RecordingsReport = await $.ajax({ url: 'mqtt-flows/recordings', dataType: 'json', cache: false });
    return report.recordings.map(({ name }) => name);
  } catch {
    return [];
  }
}
