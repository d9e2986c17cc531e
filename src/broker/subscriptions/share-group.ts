// A group of shared subscriptions with the same filter (MQTT 5, section 4.8.2). Each publication goes to one member.

import type { Publication } from '../publications/publication';
import { lowerQoS, type Subscription } from './subscription';

export class ShareGroup {
  readonly #members: Subscription[] = [];
  #next = 0;

  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  add(member: Subscription): void {
    this.#members.push(member);
  }

  remove(member: Subscription): void {
    const index = this.#members.indexOf(member);
    if (index === -1) return;
    this.#members.splice(index, 1);
    if (index < this.#next) this.#next--;
  }

  /** The member whose turn it is: a connected one, or else one whose session keeps the publication. */
  choose({ qos, topic, publisher }: Publication): Subscription | undefined {
    const count = this.#members.length;
    let absent = -1;
    for (let step = 0; step < count; step++) {
      const index = (this.#next + step) % count;
      const member = this.#members[index] as Subscription;
      // A bridge of mosquitto, which has No Local by itself: another member gets what it has published.
      if (member.noLocal && member.receiver.clientId === publisher) continue;
      if (!member.receiver.takes(lowerQoS(qos, member.qos)) || member.permits?.(topic) === false) continue;
      if (!member.receiver.connected) {
        if (absent === -1) absent = index;
        continue;
      }
      this.#next = (index + 1) % count;
      return member;
    }
    if (absent === -1) return undefined;
    this.#next = (absent + 1) % count;
    return this.#members[absent];
  }
}
