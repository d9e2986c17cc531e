// Publishes from the sidebar: to the selected topic, or what a draft says; once, or again and again.

import { errorSentence } from '../../core/errors/error-sentence';
import { detailOf } from '../../core/errors/thrown-value';
import type { PublishDraft } from '../../core/sidebar/publish-draft';
import type { PublishRequest } from '../../core/sidebar/sidebar-protocol';
import { sharedText } from '../fields/shared-text';
import type { MessageLog } from './message-log';
import { bytesOfBase64, hexLines } from './payload-view';
import { PublishDrafts } from './publish-drafts';
import { PublishForm, requestOf } from './publish-form';
import { RepeatedPublish } from './repeated-publish';
import type { TabPane } from './tab-strip';
import { publish, tryPayload } from './topics-requests';
import { topicsText } from './topics-text';

interface Target {
  readonly broker: string;
  readonly path: string;
}

/** The fields stay as they are until another topic is selected. A draft and a repeated message stay even then. */
export function publishPane(
  log: MessageLog,
  target: () => Target | undefined,
  messageTypes: () => readonly string[],
): TabPane {
  let made: PublishView | undefined;
  return {
    label: topicsText('tab.publish'),
    render(pane) {
      const to = target();
      // The fields keep their listeners for the next topic.
      if (!to) return void pane.contents().detach();
      if (!made || (made.broker !== to.broker && !made.busy)) made = new PublishView(to.broker);
      made.publishTo(to.broker);
      // They come after the topic was selected, and belong to its broker.
      if (made.broker === to.broker) made.offer(messageTypes());
      made.follow(to.path, log);
      // One that was made before, for other formats, goes.
      if (made.element.parent()[0] !== pane[0]) pane.empty().append(made.element);
    },
  };
}

class PublishView {
  readonly element = $('<div>', { class: 'mqtt-flows-publish' });
  readonly #form = new PublishForm();
  readonly #drafts: PublishDrafts;
  readonly #repeat: RepeatedPublish;
  readonly #said = $('<div>', { class: 'mqtt-flows-said', role: 'status' });
  readonly #again = $('<button>', { type: 'button', class: 'red-ui-button' });
  #broker: string;
  #path: string | undefined;
  /** The messages of Protobuf that are offered. */
  #offered = '[]';
  /** The fields as they were filled last. */
  #filled: PublishDraft | undefined;
  #awaitsMessage = false;
  /** Changes with each press and each message in the fields: an answer is shown beside what it is about. */
  #turn = 0;
  #log: MessageLog | undefined;

  constructor(broker: string) {
    this.#broker = broker;
    this.#drafts = new PublishDrafts({
      chosen: (draft) => {
        this.#clearSaid();
        this.#repeat.stop();
        if (draft) this.#form.fill(draft);
        else this.#fillSelected();
      },
      written: () => this.#form.draft,
      say: (text, isProblem) => this.#say(text, isProblem),
    });
    this.#repeat = new RepeatedPublish({
      publish: async () => publish(this.#request()),
      every: () => this.#form.draft.every * 1000,
      published: (count) => this.#say(topicsText('repeat.published', { count })),
      ended: (count, error) => this.#ended(count, error),
    });
    this.element.append(this.#drafts.element, this.#form.element, this.#buttons(), this.#said);
  }

  get broker(): string {
    return this.#broker;
  }

  /** Publishes to `broker` from now on, except what is being repeated: a draft stays, and goes to the broker in sight. */
  publishTo(broker: string): void {
    if (broker === this.#broker || this.#repeat.running) return;
    this.#broker = broker;
    this.#clearSaid();
  }

  /** A message that is repeated, or a draft: other topics do not replace it. */
  get busy(): boolean {
    return this.#repeat.running || this.#drafts.chosen !== undefined;
  }

  /** Fills the fields for another topic. */
  follow(path: string, log: MessageLog): void {
    this.#log = log;
    const isSame = path === this.#path;
    this.#path = path;
    if (this.busy) return;
    if (!isSame) this.#fillSelected();
    else if (this.#awaitsMessage && log.latest) this.#fillPayload(log.latest.read.text ?? '');
  }

  /** Offers the messages of Protobuf. */
  offer(messageTypes: readonly string[]): void {
    const offered = JSON.stringify(messageTypes);
    // The list must not change while somebody chooses from it.
    if (offered === this.#offered) return;
    this.#offered = offered;
    this.#form.offer(messageTypes);
  }

  /** The messages of a topic come after it was selected. What was typed meanwhile stays. */
  #fillPayload(payload: string): void {
    this.#awaitsMessage = false;
    const written = this.#form.draft;
    const isUntouched = written.topic === this.#filled?.topic && written.payload === this.#filled.payload;
    if (isUntouched) this.#form.fill({ ...written, payload });
  }

  #fillSelected(): void {
    const payload = this.#log?.latest?.read.text ?? '';
    const plain = { qos: 0, retain: false, format: '', compression: '', describe: false, every: 1 } as const;
    this.#form.fill({ topic: this.#path ?? '', payload, ...plain });
    this.#awaitsMessage = !this.#log?.latest;
    this.#filled = this.#form.draft;
    this.#clearSaid();
  }

  /** Throws where nothing can be published to the topic. */
  #request(): PublishRequest {
    const { topicProblem } = this.#form;
    if (topicProblem !== undefined) throw new Error(topicProblem);
    return requestOf(this.#broker, this.#form.draft);
  }

  #buttons(): JQuery {
    const mayWrite = RED.user.hasPermission('mqtt-flows.write');
    const send = this.#action(topicsText('publish.send'), async () => {
      await publish(this.#request());
      return topicsText('publish.done');
    });
    const attempt = this.#action(topicsText('publish.try'), async () => triedPayload(this.#request()));
    attempt.attr('title', topicsText('publish.tryTip'));
    this.#again.text(topicsText('repeat.start')).on('click', () => {
      if (this.#repeat.running) return this.#repeat.stop();
      this.#repeat.start();
      this.#again.text(topicsText('repeat.stop'));
    });
    for (const each of [send, this.#again]) each.prop('disabled', !mayWrite);
    const every = $('<label>', { class: 'mqtt-flows-every-label' });
    every.append(this.#form.every, ' s');
    const repeat = $('<span>', { class: 'mqtt-flows-repeat' }).append(this.#again, every);
    return $('<div>', { class: 'mqtt-flows-buttons' }).append(attempt, send, repeat);
  }

  #action(label: string, carryOut: () => Promise<JQuery | string>): JQuery {
    return $('<button>', { type: 'button', class: 'red-ui-button', text: label }).on('click', () => {
      const turn = this.#clearSaid();
      const sayNow = (content: JQuery | string, isProblem = false): void => {
        if (turn === this.#turn) this.#say(content, isProblem);
      };
      carryOut().then(
        (content) => sayNow(content),
        (error: Error) => sayNow(error.message, true),
      );
    });
  }

  /** Takes away what is said, also what an answer under way would say. Returns the number of the new turn. */
  #clearSaid(): number {
    this.#said.empty();
    return ++this.#turn;
  }

  #ended(count: number, error: unknown): void {
    this.#again.text(topicsText('repeat.start'));
    if (error !== undefined) this.#say(detailOf(error), true);
    else this.#say(topicsText('repeat.ended', { count }));
  }

  #say(content: JQuery | string, isProblem = false): void {
    this.#said
      .toggleClass('mqtt-flows-problem', isProblem)
      .empty()
      .append(typeof content === 'string' ? document.createTextNode(content) : content);
  }
}

/** The bytes that a payload becomes, and its content type. */
async function triedPayload(request: PublishRequest): Promise<JQuery> {
  const answer = await tryPayload(request);
  if (!answer.ok) throw new Error(errorSentence(answer.error, {}, sharedText));
  const { size, start, contentType } = answer;
  const facts = [topicsText('value.bytes', { size }), ...(contentType === undefined ? [] : [contentType])];
  const bytes = bytesOfBase64(start);
  const dump = hexLines(bytes) + (bytes.length < size ? '\n…' : '');
  return $('<div>').append(
    $('<span>', { class: 'mqtt-flows-facts', text: facts.join(' · ') }),
    $('<pre>', { class: 'mqtt-flows-payload', text: dump, tabindex: 0 }),
  );
}
