// The nodes of the flows that touch the selected topic.

import { flowChanges } from './flow-changes';
import { flowUses, labelOf, useLink, usesOfTopic } from './flow-uses';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';
import { hint } from './value-pane';

export interface UsesTarget {
  readonly broker: string;
  readonly path: string;
  /** Whether it has no messages of its own, so that what lies below it counts. */
  readonly branch: boolean;
}

export function usesPane(target: () => UsesTarget | undefined): TabPane {
  const list = $('<ul>', { class: 'mqtt-flows-uses' });
  let asked = '';
  let shown = '';
  const draw = (pane: JQuery, found: UsesTarget | undefined): void => {
    const uses = found ? usesOfTopic(flowUses(found.broker), found.path, found.branch) : [];
    // A list that stays keeps the focus.
    const key = JSON.stringify([found, uses.map((use) => [use, labelOf(use)])]);
    if (key === shown && list.parent().is(pane)) return;
    shown = key;
    list.empty();
    for (const use of uses) {
      const text = use.text === found?.path ? '' : use.text;
      $('<li>').append(useLink(use), $('<code>').text(text)).appendTo(list);
    }
    // Emptied, the pane would take the links their listeners.
    pane.contents().detach();
    pane.append(list);
    if (uses.length === 0) pane.append(hint(topicsText('uses.none')));
  };
  return {
    label: topicsText('tab.uses'),
    render(pane) {
      const found = target();
      // It is rendered with each message. The flows are looked through when they or the topic have changed.
      const key = JSON.stringify([found, flowChanges()]);
      if (key === asked && list.parent().is(pane)) return;
      asked = key;
      draw(pane, found);
    },
  };
}
