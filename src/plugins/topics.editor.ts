// Adds the topics sidebar to the editor, and offers topics to fields that ask for them, the core nodes' included.

import { askCompletions } from '../editor/topics/topics-requests';
import { TopicsSidebar } from '../editor/topics/topics-sidebar';
import { topicsText } from '../editor/topics/topics-text';

const TAB = 'mqtt-flows-topics';
const SHOW = 'mqtt-flows:show-topics-tab';

RED.plugins.registerPlugin('mqtt-flows-topics', {
  onadd() {
    const sidebar = new TopicsSidebar();
    RED.sidebar.addTab({
      id: TAB,
      label: topicsText('sidebar.label'),
      name: topicsText('sidebar.name'),
      iconClass: 'fa fa-sitemap',
      content: sidebar.element,
      enableOnEdit: true,
      action: SHOW,
      onchange: () => sidebar.refresh(),
    });
    RED.actions.add(SHOW, () => RED.sidebar.show(TAB));
    RED.events.on('deploy', () => sidebar.refresh());
  },
});

RED.plugins.registerPlugin('mqtt-flows-topic-completion', {
  type: 'node-red-mqtt-topic-autocomplete-source',
  async getCompletions(text, context) {
    const node = context?.node;
    const ours = node?.type?.startsWith('mqtt-flows-') === true && typeof node.broker === 'string';
    try {
      return await askCompletions(ours ? String(node.broker) : '', text);
    } catch {
      // Without permission or connection there is nothing to offer, and nothing to say to somebody who types.
      return [];
    }
  },
});
