// The users of a broker, and what each may publish and read.

import {
  coversFilter,
  type FilterLevels,
  filterLevels,
  filtersOverlap,
  matchesTopic,
} from '../../core/topics/filter-relations';
import { permittedLevels, type TopicPermission } from '../../core/topics/topic-permission';
import type { KnownClient, Reading } from '../clients/access';

/** How a user shows who it is. */
export type Login =
  /** The password itself, which the settings of the process hold. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** A salted hash, as a PasswordCheck knows it. */
  | { readonly kind: 'hash'; readonly hash: string }
  /** A client certificate alone. */
  | { readonly kind: 'certificate' };

/** What a client may do; `all` is without an exception, and includes topics that begin with `$`. */
export type Rights =
  | { readonly all: true }
  | {
      readonly all: false;
      readonly publish: readonly TopicPermission[];
      readonly subscribe: readonly TopicPermission[];
    };

export interface BrokerUser {
  readonly login: Login;
  readonly rights: Rights;
}

export interface UserDirectory {
  readonly users: ReadonlyMap<string, BrokerUser>;
  /** What clients without a user name may; undefined: they are not let in. */
  readonly anonymous: Rights | undefined;
}

export const EVERYTHING: Rights = { all: true };

/** For a broker that lets anybody in, whatever name they give. */
export const OPEN_DIRECTORY: UserDirectory = { users: new Map(), anonymous: EVERYTHING };

/** The rights of one client, ready to be asked for each message. */
export interface ClientRights {
  mayPublish(topic: string): boolean;
  mayReceive(topic: string): boolean;
  /** How much may be read of what `filter` matches. */
  reading(filter: string): Reading;
}

const UNLIMITED: ClientRights = { mayPublish: () => true, mayReceive: () => true, reading: () => 'all' };
const NOTHING: ClientRights = { mayPublish: () => false, mayReceive: () => false, reading: () => 'none' };

export function clientRights({ users, anonymous }: UserDirectory, { user, clientId }: KnownClient): ClientRights {
  const rights = users.get(user)?.rights ?? (user === '' || users.size === 0 ? anonymous : undefined);
  if (!rights) return NOTHING;
  if (rights.all) return UNLIMITED;
  const filled = (permissions: readonly TopicPermission[]): FilterLevels[] =>
    permissions.flatMap((permission) => {
      const levels = permittedLevels(permission, { username: user, clientid: clientId });
      return levels ? [levels] : [];
    });
  const publish = filled(rights.publish);
  const subscribe = filled(rights.subscribe);
  return {
    mayPublish: topicCheck(publish),
    mayReceive: topicCheck(subscribe),
    reading(filter) {
      const asked = filterLevels(filter);
      if (subscribe.some((levels) => coversFilter(levels, asked))) return 'all';
      return subscribe.some((levels) => filtersOverlap(levels, asked)) ? 'some' : 'none';
    },
  };
}

/** Up to so many filters are compared with each topic: that takes no longer than to look a verdict up. */
const FEW = 4;
/** Verdicts that are remembered for each client, on topics of at most so many characters; this bounds memory. */
const MOST_VERDICTS = 64;
const LONGEST = 200;

/** Whether one of `filters` matches a topic. Of many filters, the verdicts on recent topics are remembered. */
function topicCheck(filters: readonly FilterLevels[]): (topic: string) => boolean {
  const matches = (topic: string): boolean => filters.some((levels) => matchesTopic(levels, topic));
  if (filters.length <= FEW) return matches;
  const verdicts = new Map<string, boolean>();
  return (topic) => {
    const known = verdicts.get(topic);
    if (known !== undefined) return known;
    const verdict = matches(topic);
    if (topic.length > LONGEST) return verdict;
    if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
    verdicts.set(topic, verdict);
    return verdict;
  };
}

/** Whether a client that was let in as `user` under `before` would be let in as the same one under `after`. */
export function isSameUser(before: UserDirectory, after: UserDirectory, user: string): boolean {
  const one = before.users.get(user);
  const other = after.users.get(user);
  if (one || other) return one !== undefined && other !== undefined && isSameLogin(one.login, other.login);
  const wasOpen = user === '' || before.users.size === 0;
  const isOpen = user === '' || after.users.size === 0;
  return wasOpen && isOpen && after.anonymous !== undefined;
}

/** Whether who can show one of them can show the other. */
export function isSameLogin(one: Login, other: Login): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
