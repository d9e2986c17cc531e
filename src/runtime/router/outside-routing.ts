// Finds what the templates of new topics need beside a message, before the message is routed.

import type { TopicRouter } from '../../core/routes/topic-router';
import type { FindOutside } from '../publish/outside-values';

/** `router`, with the values that `find` finds for each message. The caller keeps messages in order. */
export function outsideRouting(router: Pick<TopicRouter, 'route'>, find: FindOutside): Pick<TopicRouter, 'route'> {
  return {
    route: (message) =>
      new Promise((resolve, reject) => {
        find(message, (found) => resolve(found.ok ? router.route(message, found.config) : found), reject);
      }),
  };
}
