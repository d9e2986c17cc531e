// Which hosts are this computer itself, as no other machine can reach them. Runs in the editor too.

const LOOPBACK = /^(localhost|::1|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;

/** Whether `host` names or addresses the loopback interface. An IPv6 address stands without brackets. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
