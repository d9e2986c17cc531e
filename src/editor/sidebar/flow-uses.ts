// Finds in the flows of the editor, deployed or not, where their nodes meet the topics of a broker.

import { receives, type TopicUse, type UseKind } from '../../core/surface/topic-use';
import { matchesPattern, reachesBelow } from '../../core/topics/topic-pattern';
import { topicUses, type UsingNode } from '../../settings/topic-uses';
import { nodeLabel } from './node-label';
import { topicsText } from './topics-text';

/** The uses of a broker. Those of routers are among them: their messages may come from any broker. */
export function flowUses(broker: string): TopicUse[] {
  const uses: TopicUse[] = [];
  RED.nodes.eachNode((node) => {
    const { broker: own, d: disabled } = node as EditorNode & { readonly broker?: unknown; readonly d?: boolean };
    // A disabled flow has nodes that know nothing of it.
    if (disabled === true || RED.nodes.workspace(node.z ?? '')?.disabled === true) return;
    if (own !== broker && node.type !== 'mqtt-flows-router') return;
    // The editor's nodes have their settings as properties.
    uses.push(...topicUses(node as EditorNode & UsingNode));
  });
  return uses;
}

/** The uses that concern the topic `path`; with `branch`, or something below it. */
export function usesOfTopic(uses: readonly TopicUse[], path: string, branch: boolean): TopicUse[] {
  return uses.filter(
    ({ pattern }) => pattern && (branch ? reachesBelow(pattern, path) : matchesPattern(pattern, path)),
  );
}

/** What the editor calls the node of a use. */
export function labelOf({ node }: TopicUse): string {
  return nodeLabel(node);
}

/** A link to the node of a use, with what it does there. `followed` is called before the node is shown. */
export function useLink(use: TopicUse, followed: () => void = () => {}): JQuery {
  const link = $('<button>', { type: 'button', class: 'mqtt-flows-reveal', text: labelOf(use) });
  link.attr('title', topicsText('health.reveal')).on('click', () => {
    followed();
    RED.view.reveal(use.node);
  });
  const icon = $('<i>', { class: `fa ${iconOf(use)}`, 'aria-hidden': 'true' });
  return $('<span>', { class: 'mqtt-flows-use' }).append(icon, ` ${kindText(use.kind)} `, link);
}

function kindText(kind: UseKind): string {
  switch (kind) {
    case 'subscribe':
      return topicsText('uses.subscribe');
    case 'state':
      return topicsText('uses.state');
    case 'response':
      return topicsText('uses.response');
    case 'publish':
      return topicsText('uses.publish');
    case 'request':
      return topicsText('uses.request');
    case 'route':
      return topicsText('uses.route');
  }
}

function iconOf(use: TopicUse): string {
  if (use.kind === 'route') return 'fa-random';
  return receives(use) ? 'fa-sign-out' : 'fa-sign-in';
}
