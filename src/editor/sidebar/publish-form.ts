// The fields of a message to be published, with a check of JSON.

import { jsonProblem, looksLikeJson, type PublishDraft, SHORTEST_REPEAT } from '../../core/sidebar/publish-draft';
import { laidOut } from '../../core/sidebar/shown-json';
import type { PublishRequest } from '../../core/sidebar/sidebar-protocol';
import { topicNameProblem } from '../../core/topics/topic-name';
import { sharedText } from '../fields/shared-text';
import { compressionSelect, formatChoices } from './format-choice';
import { topicsText } from './topics-text';

/** Formats that are given as JSON. The blank one takes any text. */
const NO_JSON = new Set(['', 'hex', 'base64']);

export class PublishForm {
  readonly element = $('<div>');
  readonly every = $('<input>', { type: 'number', min: SHORTEST_REPEAT, step: 'any', class: 'mqtt-flows-every' });
  readonly #topic = field($('<input>', { type: 'text', spellcheck: false }), topicsText('publish.topic'));
  readonly #topicNote = $('<div>', { class: 'mqtt-flows-problem', id: 'mqtt-flows-topic-problem', role: 'status' });
  readonly #payload = field($('<textarea>', { rows: 4, spellcheck: false }), topicsText('publish.payload'));
  readonly #checked = $('<div>', { class: 'mqtt-flows-line-of-facts mqtt-flows-checked' });
  readonly #said = $('<span>', { class: 'mqtt-flows-facts', role: 'status' });
  readonly #layOut = $('<button>', { type: 'button', class: 'mqtt-flows-reveal', text: topicsText('publish.layOut') });
  readonly #format = $('<select>', { class: 'mqtt-flows-form', 'aria-label': topicsText('publish.format') });
  readonly #compression = compressionSelect(topicsText('publish.uncompressed'), '');
  readonly #describe = $('<input>', { type: 'checkbox' });
  readonly #qos = $('<select>', { 'aria-label': 'QoS' });
  readonly #retain = $('<input>', { type: 'checkbox' });

  constructor() {
    this.offer([]);
    for (const level of [0, 1, 2]) this.#qos.append($('<option>', { value: level, text: `QoS ${level}` }));
    this.every.attr('aria-label', topicsText('publish.every'));
    this.#topic.attr('aria-describedby', 'mqtt-flows-topic-problem').on('input', () => this.#checkTopic());
    this.#payload.on('input', () => this.#check());
    this.#format.on('change', () => this.#check());
    this.#layOut.on('click', () => {
      this.#payload.val(laidOut(this.#text()));
      this.#check();
    });
    const described = $('<label>', { title: topicsText('publish.describeTip') });
    described.append(this.#describe, ` ${topicsText('publish.describe')}`);
    const keep = $('<label>').append(this.#retain, ` ${topicsText('publish.retain')}`);
    this.#checked.append(this.#said, this.#layOut);
    this.element.append(
      this.#topic,
      this.#topicNote,
      this.#payload,
      this.#checked,
      $('<div>', { class: 'mqtt-flows-buttons' }).append(this.#format, this.#compression, described),
      $('<div>', { class: 'mqtt-flows-buttons' }).append(this.#qos, keep),
    );
  }

  /** Offers the formats, with those of the messages of Protobuf. The chosen one stays. */
  offer(messageTypes: readonly string[]): void {
    const chosen = String(this.#format.val() ?? '');
    const plain = [
      ['', topicsText('publish.asText')],
      ['json', 'JSON'],
      ['hex', topicsText('publish.hex')],
    ] as const;
    this.#format.empty();
    for (const [value, text] of [...plain, ...formatChoices(messageTypes)])
      this.#format.append($('<option>', { value, text }));
    this.#choose(chosen);
  }

  fill(draft: PublishDraft): void {
    this.#topic.val(draft.topic);
    this.#payload.val(draft.payload);
    this.#qos.val(draft.qos);
    this.#retain.prop('checked', draft.retain);
    this.#choose(draft.format);
    this.#compression.val(draft.compression);
    this.#describe.prop('checked', draft.describe);
    this.every.val(draft.every);
    this.#checkTopic();
    this.#check();
  }

  /** Why nothing can be published to the topic, or undefined. */
  get topicProblem(): string | undefined {
    const problem = topicNameProblem(String(this.#topic.val()));
    return problem && sharedText(`topicName.${problem}`);
  }

  get draft(): PublishDraft {
    return {
      topic: String(this.#topic.val()),
      payload: this.#text(),
      qos: Number(this.#qos.val()) as PublishDraft['qos'],
      retain: this.#retain.prop('checked') === true,
      format: String(this.#format.val()),
      compression: String(this.#compression.val()),
      describe: this.#describe.prop('checked') === true,
      every: Math.max(SHORTEST_REPEAT, Number(this.every.val()) || 1),
    };
  }

  #choose(format: string): void {
    this.#format.val(format);
    // A format that no node of this broker knows any more.
    if (this.#format.val() === null) this.#format.val('');
  }

  #text(): string {
    return String(this.#payload.val());
  }

  #checkTopic(): void {
    const { topicProblem: problem = '' } = this;
    this.#topic.attr('aria-invalid', String(problem !== '')).toggleClass('input-error', problem !== '');
    if (this.#topicNote.text() !== problem) this.#topicNote.text(problem);
  }

  /** Says whether the payload is valid JSON, where it is meant to be. */
  #check(): void {
    const text = this.#text();
    const meant = NO_JSON.has(String(this.#format.val())) ? looksLikeJson(text) : text !== '';
    const problem = meant ? jsonProblem(text) : undefined;
    this.#checked.toggle(meant);
    this.#layOut.toggle(meant && !problem);
    this.#payload.attr('aria-invalid', String(problem !== undefined));
    this.#said.toggleClass('mqtt-flows-problem', problem !== undefined);
    const said = !problem
      ? topicsText('publish.json')
      : problem.line === undefined
        ? topicsText('publish.noJson')
        : topicsText('publish.noJsonAt', { line: problem.line, column: problem.column ?? 1 });
    if (meant && this.#said.text() !== said) this.#said.text(said);
  }
}

/** What the runtime is asked to publish. */
export function requestOf(broker: string, draft: PublishDraft): PublishRequest {
  const { topic, payload, qos, retain, compression, describe } = draft;
  const format = compression === '' ? draft.format : `${compression}+${draft.format || 'string'}`;
  return { broker, topic, payload, qos, retain, ...(format && { format }), ...(describe && { describe }) };
}

function field(input: JQuery, label: string): JQuery {
  return input.attr({ 'aria-label': label, placeholder: label });
}
