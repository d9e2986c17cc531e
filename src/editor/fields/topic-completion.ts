// Offers topics that have been seen on a broker to fields for topics.

/** Topics that contain `text`, of all brokers when `broker` is blank. None without permission or connection. */
export async function topicsLike(broker: string, text: string): Promise<readonly string[]> {
  if (!RED.user.hasPermission('mqtt-flows.read')) return [];
  const answer: JQuery.jqXHR<readonly string[]> = $.getJSON('mqtt-flows/topics/completions', { broker, text });
  try {
    return await answer;
  } catch {
    // The reason does not help somebody who is typing.
    return [];
  }
}

/** Offers the topics of the broker chosen in the dialog. Also used by typed inputs. */
export function completeTopic(text: string, done: (topics: readonly string[]) => void): void {
  const field = document.activeElement;
  void topicsLike(chosenBroker(), text).then((topics) => {
    // Otherwise Node-RED would open its menu again over a field that has its topic already, or was left.
    if (field === document.activeElement && $(field ?? []).val() === text) done(topics);
  });
}

/** Makes the field `input` offer topics once `minLength` letters are typed; with 0, at any key. */
export function offerTopics(input: JQuery, minLength = 1): void {
  input.autoComplete({ minLength, search: completeTopic });
  // Node-RED puts the first offer into the field without an event.
  input.on('keydown', ({ key }) => {
    if (key === 'Enter' || key === 'Tab') setTimeout(() => input.trigger('input'), 0);
  });
}

/** The router has no broker, so it is offered the topics of all brokers. */
function chosenBroker(): string {
  return String($('#node-input-broker').val() ?? '');
}
