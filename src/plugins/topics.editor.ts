// Adds the topics sidebar and the action that connects to the editor, and offers topics to fields that ask for them, including those of the core
// nodes.

import { addConnectNowAction } from '../editor/broker/connect-now';
import { topicsLike } from '../editor/fields/topic-completion';
import { isTopicsPage, showTopicsPage } from '../editor/sidebar/topics-page';
import { TopicsSidebar } from '../editor/sidebar/topics-sidebar';
import { topicsText } from '../editor/sidebar/topics-text';

const TAB = 'mqtt-flows-topics';
const SHOW = 'mqtt-flows:show-topics-tab';

RED.plugins.registerPlugin('mqtt-flows-topics', {
  onadd() {
    if (!RED.user.hasPermission('mqtt-flows.read')) return;
    const sidebar = new TopicsSidebar();
    if (isTopicsPage()) {
      showTopicsPage(sidebar.element);
      // The flows are there by then, and with them the names of brokers.
      RED.events.on('workspace:change', () => sidebar.refresh());
      followDeploys(sidebar);
      return;
    }
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
    addConnectNowAction();
    followDeploys(sidebar);
  },
});

/** The editor tells of its own deploys, and the runtime of those by others and of flows that start without one. */
function followDeploys(sidebar: TopicsSidebar): void {
  for (const event of ['deploy', 'runtime-state']) RED.events.on(event, () => sidebar.deployed());
}

RED.plugins.registerPlugin('mqtt-flows-topic-completion', {
  type: 'node-red-mqtt-topic-autocomplete-source',
  // The core nodes have broker nodes of their own, which we do not know. They are offered the topics of all our
  // brokers.
  getCompletions: (text) => topicsLike('', text),
});
