// What each session may be given, when that may have changed: a client has come back, or the users have been replaced.

import { matchedText } from '../../core/topics/topic-filter';
import { type Access, type KnownClient, topicCheck } from '../clients/access';
import type { Session } from '../sessions/session';
import type { SessionRegistry } from '../sessions/session-registry';
import { Reason } from '../wire/reason';
import type { Membership } from './membership';

interface ReadingRightsOptions {
  readonly access: Access;
  readonly registry: SessionRegistry;
  readonly membership: Membership;
}

export class ReadingRights {
  readonly #options: ReadingRightsOptions;

  constructor(options: ReadingRightsOptions) {
    this.#options = options;
  }

  /**
   * Looks at the subscriptions of `session` again, for its client as it is known now, and forgets what waits for it and
   * must not reach it any more (as mosquitto does when a client connects).
   */
  apply(session: Session, client: KnownClient): void {
    const { access } = this.#options;
    const permits = topicCheck(client, access);
    let limited = false;
    for (const subscription of session.subscriptions.values()) {
      const all = access.reading(client, matchedText(subscription.filter)) === 'all';
      subscription.permits = all ? undefined : permits;
      limited ||= !all;
    }
    if (limited) session.withdraw(permits);
  }

  /** Looks at all sessions again, and ends the connections of clients that `mayStay` does not hold for. */
  applyAll(mayStay: (client: KnownClient) => boolean): void {
    const { registry, membership } = this.#options;
    for (const session of [...registry.all()]) {
      const client = membership.client(session.clientId);
      if (client?.origin.local) continue;
      if (client && !mayStay(client)) client.end(Reason.notAuthorized, 'the users of the broker have changed');
      else if (client) this.apply(session, client);
      // One without a name may belong to a client of this process: that shows when it comes back.
      else if (session.user !== '') this.apply(session, absentClient(session));
    }
  }
}

function absentClient({ clientId, user }: Session): KnownClient {
  return { clientId, user, origin: { address: '', local: false } };
}
