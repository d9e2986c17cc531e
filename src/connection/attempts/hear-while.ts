// Keeps from a listener what an earlier attempt tells too late.

import type { TransportListener } from '../../transport/transport';

/** A listener that passes on to `listener` what comes while `current` says that its attempt is the current one. */
export function hearWhile(current: () => boolean, listener: TransportListener): TransportListener {
  return {
    stage: (stage) => {
      if (current()) listener.stage(stage);
    },
    connected: (info) => {
      if (current()) listener.connected(info);
    },
    message: (publication, receipt) => {
      if (current()) listener.message(publication, receipt);
    },
    writable: () => {
      if (current()) listener.writable();
    },
    closed: (error) => {
      if (current()) listener.closed(error);
    },
  };
}
