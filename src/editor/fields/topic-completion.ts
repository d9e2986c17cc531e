// Topics that have been seen on a broker, offered where somebody types one.

/** Topics that contain `text`; of all brokers when `broker` is blank. None without permission or connection. */
export async function topicsLike(broker: string, text: string): Promise<readonly string[]> {
  if (!RED.user.hasPermission('mqtt-flows.read')) return [];
  const answer: JQuery.jqXHR<readonly string[]> = $.getJSON('mqtt-flows/topics/completions', { broker, text });
  try {
    return await answer;
  } catch {
    // Somebody who types has no use for the reason.
    return [];
  }
}

/** Offers the topics of the broker that is chosen in the dialog; for a typed input, too. */
export function completeTopic(text: string, done: (topics: readonly string[]) => void): void {
  const field = document.activeElement;
  void topicsLike(chosenBroker(), text).then((topics) => {
    // Node-RED would open its menu once more over a field that has its topic by now, or that was left.
    if (field === document.activeElement && $(field ?? []).val() === text) done(topics);
  });
}

/** Lets `input`, a field for a topic or a filter, offer topics once `minLength` letters are typed; for 0, at any key. */
export function offerTopics(input: JQuery, minLength = 1): void {
  input.autoComplete({ minLength, search: completeTopic });
  // Node-RED puts the first offer into the field without telling anyone.
  input.on('keydown', ({ key }) => {
    if (key === 'Enter' || key === 'Tab') setTimeout(() => input.trigger('input'), 0);
  });
}

/** The router has no broker: it gets the topics of all. */
function chosenBroker(): string {
  return String($('#node-input-broker').val() ?? '');
}
