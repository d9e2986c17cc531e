// Publishes to a topic from the sidebar, and deletes its retained message.

import type { PublishRequest } from '../../core/sidebar/sidebar-protocol';
import type { MessageLog } from './message-log';
import type { TabPane } from './tab-strip';
import { publish } from './topics-requests';
import { topicsText } from './topics-text';

interface Target {
  readonly broker: string;
  readonly path: string;
}

/** The form is built once for each topic, since it must not change while the user types. */
export function publishPane(log: MessageLog, target: () => Target | undefined): TabPane {
  let madeFor: string | undefined;
  return {
    label: topicsText('tab.publish'),
    render(pane) {
      const to = target();
      if (!to) return void pane.empty();
      const key = `${to.broker} ${to.path}`;
      if (key === madeFor && pane.children().length > 0) return;
      madeFor = key;
      pane.empty().append(form(to, log.latest?.read.text ?? ''));
    },
  };
}

function form({ broker, path }: Target, text: string): JQuery {
  const topic = field($('<input>', { type: 'text', value: path, spellcheck: false }), topicsText('publish.topic'));
  const payload = field($('<textarea>', { rows: 4, spellcheck: false }).val(text), topicsText('publish.payload'));
  const qos = $('<select>', { 'aria-label': 'QoS' });
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level, text: `QoS ${level}` }));
  const retain = $('<input>', { type: 'checkbox' });
  const said = $('<div>', { class: 'mqtt-flows-said', role: 'status' });
  const button = $('<button>', { type: 'button', class: 'red-ui-button', text: topicsText('publish.send') });
  button.prop('disabled', !RED.user.hasPermission('mqtt-flows.write'));
  button.on('click', () => {
    said.text('');
    const request = {
      broker,
      topic: String(topic.val()),
      payload: String(payload.val()),
      qos: Number(qos.val()) as PublishRequest['qos'],
      retain: retain.prop('checked') === true,
    };
    publish(request).then(
      () => said.removeClass('mqtt-flows-problem').text(topicsText('publish.done')),
      (error: Error) => said.addClass('mqtt-flows-problem').text(error.message),
    );
  });
  const keep = $('<label>').append(retain, ` ${topicsText('publish.retain')}`);
  return $('<div>', { class: 'mqtt-flows-publish' }).append(
    topic,
    payload,
    $('<div>', { class: 'mqtt-flows-buttons' }).append(qos, keep, button),
    said,
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
  const text = error instanceof Error ? error.message : String(error);
  RED.notify($('<span>', { text }), { type: 'error', timeout: 8000 });
}
