// Presence: one topic that tells whether a client is online. It is saved as birth, close and will message, so that
// nothing else has to know it.

import type { MessageConfig } from './message-config';

export interface Presence {
  /** Blank: no presence. */
  readonly topic: string;
  /** The payload of the birth message. */
  readonly online: string;
  /** The payload of the close message and of the will. */
  readonly offline: string;
}

export interface MessagesAboutClient {
  readonly birth: MessageConfig;
  readonly close: MessageConfig;
  readonly will: MessageConfig;
}

/** The words that stand for blank ones: an empty payload would delete what the server retains. */
export const PRESENCE_WORDS = { online: 'online', offline: 'offline' } as const;

/** The messages that `presence` stands for, retained and with QoS 1. */
export function messagesOfPresence({ topic, online, offline }: Presence): MessagesAboutClient {
  const gone = retained(topic, offline || PRESENCE_WORDS.offline);
  return { birth: retained(topic, online || PRESENCE_WORDS.online), close: gone, will: { ...gone } };
}

function retained(topic: string, payload: string): MessageConfig {
  return { topic, payload, qos: 1, retain: true, properties: {} };
}

/** The presence that `messages` are, or undefined if they are anything else. */
export function presenceOf(messages: MessagesAboutClient): Presence | undefined {
  const { birth, close, will } = messages;
  const whole = [birth, close, will].every(({ retain, qos }) => retain === true && Number(qos) === 1);
  return whole && close.topic !== '' ? presenceMeant(messages) : undefined;
}

/**
 * The presence that `messages` are meant to be: a birth message and a will on one topic, and a close message like the will
 * or none. A close message that is missing, or one that is not retained, leaves a wrong presence at the server.
 */
export function presenceMeant({ birth, close, will }: MessagesAboutClient): Presence | undefined {
  const given = close.topic === '' ? [birth, will] : [birth, close, will];
  const { topic } = birth;
  if (topic === '' || !given.every((message) => message.topic === topic && isPlain(message))) return undefined;
  if (birth.payload === will.payload) return undefined;
  if (close.topic !== '' && close.payload !== will.payload) return undefined;
  return { topic, online: birth.payload, offline: will.payload };
}

/** Whether a message has nothing that a word at a topic has not. */
function isPlain({ payload, payloadType = 'str', literal, properties }: MessageConfig): boolean {
  return payload !== '' && payloadType === 'str' && literal !== true && Object.keys(properties ?? {}).length === 0;
}
