// Whether a folder goes with its container: it lies in the container's own layer, and on no volume.

/** The file systems of which container engines make the root of a container. */
const LAYERS = new Set(['overlay', 'aufs', 'fuse-overlayfs', 'fuse.fuse-overlayfs']);
/** Gone whenever the container stops. */
const MEMORY = new Set(['tmpfs', 'ramfs']);

interface Mount {
  readonly point: string;
  readonly type: string;
}

/** Whether `folder`, an absolute path without links, goes with the container. `mountinfo` is /proc/self/mountinfo. */
export function goesWithContainer(folder: string, mountinfo: string): boolean {
  const mounts = mountinfo.split('\n').flatMap((line) => mountIn(line) ?? []);
  let found: Mount | undefined;
  for (const mount of mounts) {
    // Of two at the same place, the later one is on top.
    if (isBelow(folder, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  if (!found) return false;
  return MEMORY.has(found.type) || (found.point === '/' && LAYERS.has(found.type));
}

/** proc_pid_mountinfo(5): the mount point is the fifth field, and the type the first after a hyphen. */
function mountIn(line: string): Mount | undefined {
  const [before = '', after = ''] = line.split(' - ');
  const point = before.split(' ')[4];
  const [type = ''] = after.split(' ');
  if (point === undefined) return undefined;
  return { point: point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))), type };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
