// Publishes to a topic from the sidebar, and deletes its retained message.

import { errorSentence } from '../../core/errors/error-sentence';
import { detailOf } from '../../core/errors/thrown-value';
import type { PublishRequest } from '../../core/sidebar/sidebar-protocol';
import { sharedText } from '../fields/shared-text';
import { compressionSelect, formatChoices } from './format-choice';
import type { MessageLog } from './message-log';
import { bytesOfBase64, hexLines } from './payload-view';
import type { TabPane } from './tab-strip';
import { publish, tryPayload } from './topics-requests';
import { topicsText } from './topics-text';

interface Target {
  readonly broker: string;
  readonly path: string;
}

/** The form is built once for each topic, since it must not change while the user types. */
export function publishPane(
  log: MessageLog,
  target: () => Target | undefined,
  messageTypes: () => readonly string[],
): TabPane {
  let madeFor: string | undefined;
  return {
    label: topicsText('tab.publish'),
    render(pane) {
      const to = target();
      if (!to) return void pane.empty();
      const key = `${to.broker} ${to.path}`;
      if (key === madeFor && pane.children().length > 0) return;
      madeFor = key;
      pane.empty().append(form(to, log.latest?.read.text ?? '', messageTypes()));
    },
  };
}

function form({ broker, path }: Target, text: string, messageTypes: readonly string[]): JQuery {
  const topic = field($('<input>', { type: 'text', value: path, spellcheck: false }), topicsText('publish.topic'));
  const payload = field($('<textarea>', { rows: 4, spellcheck: false }).val(text), topicsText('publish.payload'));
  const encoding = encodingFields(messageTypes);
  const qos = $('<select>', { 'aria-label': 'QoS' });
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level, text: `QoS ${level}` }));
  const retain = $('<input>', { type: 'checkbox' });
  const said = $('<div>', { class: 'mqtt-flows-said', role: 'status' });
  const request = (): PublishRequest => ({
    broker,
    topic: String(topic.val()),
    payload: String(payload.val()),
    qos: Number(qos.val()) as PublishRequest['qos'],
    retain: retain.prop('checked') === true,
    ...encoding.read(),
  });
  const say = (content: JQuery | string, isProblem = false): void => {
    said
      .toggleClass('mqtt-flows-problem', isProblem)
      .empty()
      .append(typeof content === 'string' ? document.createTextNode(content) : content);
  };
  const act = (label: string, carryOut: () => Promise<JQuery | string>): JQuery =>
    $('<button>', { type: 'button', class: 'red-ui-button', text: label }).on('click', () => {
      said.empty();
      carryOut().then(say, (error: Error) => say(error.message, true));
    });
  const send = act(topicsText('publish.send'), async () => {
    await publish(request());
    return topicsText('publish.done');
  });
  send.prop('disabled', !RED.user.hasPermission('mqtt-flows.write'));
  const attempt = act(topicsText('publish.try'), () => triedPayload(request()));
  attempt.attr('title', topicsText('publish.tryTip'));
  const keep = $('<label>').append(retain, ` ${topicsText('publish.retain')}`);
  return $('<div>', { class: 'mqtt-flows-publish' }).append(
    topic,
    payload,
    encoding.element,
    $('<div>', { class: 'mqtt-flows-buttons' }).append(qos, keep, attempt, send),
    said,
  );
}

/** The fields that say how the text becomes bytes. */
function encodingFields(messageTypes: readonly string[]): {
  readonly element: JQuery;
  read(): Pick<PublishRequest, 'format' | 'describe'>;
} {
  const format = $('<select>', { class: 'mqtt-flows-form', 'aria-label': topicsText('publish.format') });
  const plain = [
    ['', topicsText('publish.asText')],
    ['json', 'JSON'],
    ['hex', topicsText('publish.hex')],
  ] as const;
  for (const [value, text] of [...plain, ...formatChoices(messageTypes)]) format.append($('<option>', { value, text }));
  const compression = compressionSelect(topicsText('publish.uncompressed'), '');
  const describe = $('<input>', { type: 'checkbox' });
  const described = $('<label>', { title: topicsText('publish.describeTip') });
  described.append(describe, ` ${topicsText('publish.describe')}`);
  return {
    element: $('<div>', { class: 'mqtt-flows-buttons' }).append(format, compression, described),
    read() {
      const [inside, around] = [String(format.val()), String(compression.val())];
      const saved = around === '' ? inside : `${around}+${inside || 'string'}`;
      return {
        ...(saved === '' ? {} : { format: saved }),
        ...(describe.prop('checked') === true && { describe: true }),
      };
    },
  };
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

function field(input: JQuery, label: string): JQuery {
  return input.attr({ 'aria-label': label, placeholder: label });
}

/**
 * Asks for confirmation, then publishes the empty retained message that deletes the retained one (MQTT 5, section
 * 3.3.1.3).
 */
export function clearRetained({ broker, path }: Target): void {
  const question = $('<div>').append(
    $('<p>', { text: topicsText('clear.question') }),
    $('<div>', { class: 'mqtt-flows-asked-topic', text: path }),
  );
  const clear = async (): Promise<void> => {
    asked.close();
    try {
      await publish({ broker, topic: path, payload: '', qos: 1, retain: true });
    } catch (error) {
      notifyProblem(error);
    }
  };
  const asked = RED.notify(question, {
    modal: true,
    fixed: true,
    buttons: [
      { text: topicsText('clear.cancel'), click: () => asked.close() },
      { text: topicsText('clear.confirm'), class: 'primary', click: () => void clear() },
    ],
  });
}

/** Shows an error as text, because part of it may come from a server. */
export function notifyProblem(error: unknown): void {
  const text = detailOf(error);
  RED.notify($('<span>', { text }), { type: 'error', timeout: 8000 });
}
