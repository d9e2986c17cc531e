// "Connect now": the deployed broker node makes its next attempt at once. A button, and an action of the editor.

import type { BrokerHealth } from '../../core/sidebar/sidebar-protocol';
import { sharedText } from '../fields/shared-text';

const PERMISSION = 'mqtt-flows.write';

function askConnect(id: string): JQuery.jqXHR<BrokerHealth> {
  const url = `mqtt-flows/brokers/${encodeURIComponent(id)}/connect`;
  return $.ajax({ url, method: 'POST', contentType: 'application/json', data: '{}' });
}

/** Makes `button` connect the broker node that it was last shown for. `answered` gets the health after a press. */
export function prepareConnectNow(
  button: JQuery,
  answered: (health: BrokerHealth) => void,
): (id: string, health: BrokerHealth | undefined) => void {
  let broker = '';
  button.hide().on('click', () => {
    button.prop('disabled', true);
    // Without an answer, what is shown next says what is so.
    askConnect(broker)
      .then(answered)
      .always(() => button.prop('disabled', false));
  });
  return (id, health) => {
    broker = id;
    button.toggle(health?.mayConnectNow === true && RED.user.hasPermission(PERMISSION));
  };
}

/** Adds the action. It is for the broker nodes of the selected nodes, or for all where none is selected. */
export function addConnectNowAction(): void {
  if (!RED.user.hasPermission(PERMISSION)) return;
  const label = sharedText('connectNow.action');
  RED.actions.add('mqtt-flows:connect-now', () => void connectNow(), { label });
}

async function connectNow(): Promise<void> {
  const answers = await Promise.allSettled(chosenBrokers().map(askConnect));
  const states = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.state.kind : undefined));
  const count = states.filter((kind) => kind === 'connecting').length;
  RED.notify(count > 0 ? sharedText('connectNow.begun', { count }) : sharedText('connectNow.none'), { timeout: 5000 });
}

function chosenBrokers(): string[] {
  const all: string[] = [];
  RED.nodes.eachConfig(({ id, type }) => {
    if (type === 'mqtt-flows-broker') all.push(String(id));
  });
  const selected = (RED.view.selection().nodes ?? []).flatMap((node) =>
    'broker' in node ? [String(node.broker)] : [],
  );
  const used = all.filter((id) => selected.includes(id));
  return used.length > 0 ? used : all;
}
