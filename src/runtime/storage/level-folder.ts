// A LevelDB in a folder of its own, which only one process can open. One that is damaged, or that another version has
// written, is put aside and never guessed at.

import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { plainText } from '../../core/errors/plain-text';
import { detailOf } from '../../core/errors/thrown-value';

export type Level = ClassicLevel<string, Buffer>;

/** What could not be used, and where it is now. */
interface FolderAside {
  readonly path: string;
  readonly why: 'damaged' | 'other-version';
}

type LevelTrouble = 'locked' | 'file-system' | 'not-installed' | 'damaged' | 'unavailable';

/** Why a LevelDB cannot be used. */
export class LevelError extends Error {
  readonly trouble: LevelTrouble;
  readonly path: string;
  /** One line without the path, for people. */
  readonly detail: string;

  constructor(trouble: LevelTrouble, path: string, detail: string) {
    super(`${path}: ${trouble}: ${detail}`);
    this.trouble = trouble;
    this.path = path;
    this.detail = detail;
  }
}

/** Another version of this package has written the store. */
class OtherLayout extends Error {}

/** The key that says how the other keys are laid out. It is the store's own, and no entry. */
export const LAYOUT_KEY = 'layout';

export class LevelFolder {
  readonly #path: string;
  readonly #layout: string;
  #level: Level | undefined;

  /** `layout` is what LAYOUT_KEY must say. */
  constructor(path: string, layout: string) {
    this.#path = path;
    this.#layout = layout;
  }

  /** The open LevelDB. Throws LevelError while there is none. */
  get level(): Level {
    if (this.#level) return this.#level;
    throw new LevelError('unavailable', this.#path, 'closed');
  }

  /**
   * Opens the LevelDB and has `read` read what is needed of it. If either finds it damaged, it is put aside, and an empty
   * one is opened and read. Rejects with LevelError.
   */
  async open<T>(read: (level: Level) => Promise<T>): Promise<{ readonly contents: T; readonly aside?: FolderAside }> {
    try {
      return { contents: await this.#open(read) };
    } catch (error) {
      await this.close();
      if (error instanceof OtherLayout) return this.beginAnew('other-version', read);
      const known = this.error(error);
      if (known.trouble !== 'damaged') throw known;
    }
    return this.beginAnew('damaged', read);
  }

  /**
   * Opens it once more after a failure. Rejects with LevelError, also when it is not there any more: an empty one in its
   * place would look complete.
   */
  async reopen(): Promise<void> {
    await this.close();
    try {
      const { ClassicLevel } = classicLevel(this.#path);
      await checkFiles(this.#path);
      const level: Level = new ClassicLevel<string, Buffer>(this.#path, {
        valueEncoding: 'buffer',
        createIfMissing: false,
      });
      this.#level = level;
      await level.open();
    } catch (error) {
      await this.close();
      throw this.error(error);
    }
  }

  /** Puts all aside that is there, and opens an empty LevelDB, which `read` reads. Rejects with LevelError. */
  async beginAnew<T>(
    why: FolderAside['why'],
    read: (level: Level) => Promise<T>,
  ): Promise<{ readonly contents: T; readonly aside: FolderAside }> {
    const path = this.#path;
    const aside = { path: `${path}.${why}-${new Date().toISOString().replace(/[:.]/g, '-')}`, why };
    try {
      await this.close();
      await rename(path, aside.path);
      return { contents: await this.#open(read), aside };
    } catch (error) {
      await this.close();
      throw this.error(error);
    }
  }

  async close(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    // The failure that prevents closing has been reported already.
    await level?.close().catch(() => {});
  }

  /** What went wrong, by kind. */
  error(error: unknown): LevelError {
    if (error instanceof LevelError) return error;
    const detail = plainText(rootOf(error));
    // LevelDB repeats the path before the words of the system.
    if (lacksSomething(error)) return new LevelError('file-system', this.#path, detail.replace(/^.*: /s, ''));
    if (codesOf(error).includes('LEVEL_LOCKED')) return new LevelError('locked', this.#path, detail);
    return new LevelError(isDamage(error) ? 'damaged' : 'unavailable', this.#path, detail);
  }

  async #open<T>(read: (level: Level) => Promise<T>): Promise<T> {
    const path = this.#path;
    const { ClassicLevel } = classicLevel(path);
    await mkdir(dirname(path), { recursive: true });
    await checkFiles(path);
    const level: Level = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    this.#level = level;
    await level.open();
    await this.#checkLayout(level);
    return read(level);
  }

  /** A store with another layout is not read: it would look damaged or empty. */
  async #checkLayout(level: Level): Promise<void> {
    const layout = await level.get(LAYOUT_KEY);
    if (layout?.toString() === this.#layout) return;
    const [first] = await level.keys({ limit: 1 }).all();
    if (first !== undefined) throw new OtherLayout();
    await level.put(LAYOUT_KEY, Buffer.from(this.#layout));
  }
}

/** An optional dependency: npm leaves it out where it is not built for the machine, and all else works without it. */
function classicLevel(path: string): typeof import('classic-level') {
  try {
    return require('classic-level');
  } catch (error) {
    // What follows the first line are paths.
    throw new LevelError('not-installed', path, plainText(rootOf(error).split('\n', 1)[0] ?? ''));
  }
}

/** Without the file that names the others, LevelDB would silently create an empty store. */
async function checkFiles(path: string): Promise<void> {
  const names = await readdir(path).catch((): string[] => []);
  const holdsData = names.some((name) => /\.(?:ldb|sst|log)$/.test(name));
  if (holdsData && !names.includes('CURRENT')) throw new Error('Corruption: CURRENT is missing');
}

/** An error of classic-level has the error of LevelDB as its cause. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let link = error;
    link !== undefined && chain.length < 5;
    link = link instanceof Error ? link.cause : undefined
  ) {
    chain.push(link);
  }
  return chain;
}

function codesOf(error: unknown): string[] {
  return chainOf(error).map((link) => (link instanceof Error && 'code' in link ? String(link.code) : ''));
}

function rootOf(error: unknown): string {
  return detailOf(chainOf(error).at(-1));
}

/** What a system says to a call that its file system does not have. */
const LACKING =
  /: (?:invalid argument|no locks available|function not implemented|(?:operation )?not supported|no such device)$/i;

/**
 * Whether the file system lacks what LevelDB needs: locks, fsync() of a folder, mapped memory. classic-level calls every
 * lock that fails LEVEL_LOCKED.
 */
function lacksSomething(error: unknown): boolean {
  const codes = codesOf(error);
  return (codes.includes('LEVEL_LOCKED') || codes.includes('LEVEL_IO_ERROR')) && LACKING.test(rootOf(error));
}

function isDamage(error: unknown): boolean {
  return codesOf(error).includes('LEVEL_CORRUPTION') || /corruption/i.test(rootOf(error));
}
