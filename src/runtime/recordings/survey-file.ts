// Surveys a recording: reads all of it, once, while the flows run in between.

import type { FileHandle } from 'node:fs/promises';
import { type RecordingSurvey, Surveyor } from '../../core/recordings/recording-survey';
import { nextTurn } from '../node/next-turn';
import { RecordingReader } from './recording-reader';

/** Surveys that are kept. Each is small. */
const MOST_KEPT = 50;

export class Surveys {
  /** By file and its state, the oldest first. */
  readonly #kept = new Map<string, RecordingSurvey>();

  /** What is in `file`, which is closed then. Rejects with an error of the file system, or when `gone` says so. */
  async of(file: FileHandle, gone: () => boolean = () => false): Promise<RecordingSurvey> {
    const reader = new RecordingReader(file);
    try {
      const { dev, ino, size, mtimeMs } = await file.stat();
      const key = [dev, ino, size, mtimeMs].join(' ');
      const survey = this.#kept.get(key) ?? (await surveyed(reader, gone));
      this.#keep(key, survey);
      return survey;
    } finally {
      await reader.close();
    }
  }

  #keep(key: string, survey: RecordingSurvey): void {
    this.#kept.delete(key);
    this.#kept.set(key, survey);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

async function surveyed(reader: RecordingReader, gone: () => boolean): Promise<RecordingSurvey> {
  const surveyor = new Surveyor();
  for (let lines = await reader.next(); lines; lines = await reader.next()) {
    for (const line of lines) surveyor.add(line);
    await nextTurn();
    if (gone()) throw new Error('nobody waits for it');
  }
  return surveyor.survey;
}
