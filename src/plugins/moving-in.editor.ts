// Adds two actions to the editor: replace core nodes, and put them back. What they do is loaded when one is first used.

import { movingInText } from '../editor/moving-in/moving-in-text';
import { REPLACE } from '../editor/moving-in/offer';

const PUT_BACK = 'mqtt-flows:put-core-nodes-back';
/** In the list of actions alone, which the context menu of a node leads to: Node-RED lets nobody add to that menu. */
const REPLACE_SELECTED = 'mqtt-flows:replace-selected-core-nodes';
/** Node-RED serves the folder `resources` of a package there. Relative, so that Node-RED's root is before it. */
const SCRIPT = './resources/@mqtt-flows/node-red-mqtt-flows/replace-core-nodes.js';

type Dialogs = typeof import('../editor/moving-in/replace-dialog');

function open(dialog: keyof Dialogs): void {
  // The script is built from the module that the type names.
  const loaded: Promise<Dialogs> = import(new URL(SCRIPT, document.baseURI).href);
  loaded.then(
    (dialogs) => void dialogs[dialog](),
    () => RED.notify(movingInText('dialog.notLoaded'), { type: 'error' }),
  );
}

RED.plugins.registerPlugin('mqtt-flows-moving-in', {
  onadd() {
    if (!RED.user.hasPermission('flows.write')) return;
    RED.actions.add(REPLACE_SELECTED, () => open('openSelectedDialog'), {
      label: movingInText('menu.replaceSelected'),
    });
    const actions = [
      { name: REPLACE, label: movingInText('menu.replace'), run: () => open('openReplaceDialog') },
      { name: PUT_BACK, label: movingInText('menu.putBack'), run: () => open('openBackDialog') },
    ];
    for (const { name, label, run } of actions) {
      RED.actions.add(name, run, { label });
      RED.menu.addItem('menu-item-edit-menu', { id: `menu-item-${name.replace(':', '-')}`, label, onselect: name });
    }
  },
});
