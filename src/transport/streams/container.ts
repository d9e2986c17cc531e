// Whether this process runs in a container, where localhost is not the computer that the user has in mind.

import { existsSync, readFileSync } from 'node:fs';

/** What can be seen of the machine. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** The text of a file; blank when it cannot be read. */
  readonly read: (path: string) => string;
}

/** Files that Docker and Podman put into each container. */
const MARKS = ['/.dockerenv', '/run/.containerenv'];

/** `container` is set by systemd-nspawn, LXC and Podman. With the second version of control groups, they say nothing. */
export function isContainer({ environment, exists, read }: Surroundings): boolean {
  if (environment.KUBERNETES_SERVICE_HOST || environment.container) return true;
  return MARKS.some(exists) || /\b(?:docker|containerd|kubepods|libpod|lxc)\b/.test(read('/proc/1/cgroup'));
}

/** The machine of this process. */
export const surroundings: Surroundings = {
  environment: process.env,
  exists: existsSync,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
};

let answer: boolean | undefined;

/** Whether this process runs in a container. Found out once, when first asked. */
export function runsInContainer(): boolean {
  answer ??= isContainer(surroundings);
  return answer;
}
