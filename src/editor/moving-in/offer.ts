// A quiet line that offers to replace the core MQTT nodes, until somebody has put it away.

import { movingInText } from './moving-in-text';

export const REPLACE = 'mqtt-flows:replace-core-nodes';
/** The setting of the editor in which it is kept that the line has been put away. */
const PUT_AWAY = 'mqtt-flows-replace-offered';

/** The line. Call `refresh` when it comes into sight; while it is, it follows what is in the editor. */
export class ReplaceOffer {
  readonly element = $('<div>', { class: 'mqtt-flows-offer' }).hide();

  constructor() {
    // Told when a flow is shown, which also ends each replacing of nodes and its undo.
    RED.events.on('workspace:change', () => {
      if (this.element.parent().is(':visible')) this.refresh();
    });
  }

  refresh(): void {
    this.element.empty().hide();
    const nodes = RED.settings.get(PUT_AWAY) === true || !RED.user.hasPermission('flows.write') ? 0 : coreNodes();
    if (nodes === 0) return;
    const replace = $('<button>', { type: 'button', class: 'mqtt-flows-reveal' }).text(movingInText('offer.replace'));
    replace.on('click', () => RED.actions.invoke(REPLACE));
    const away = $('<button>', { type: 'button', class: 'mqtt-flows-reveal' }).text(movingInText('offer.putAway'));
    away.on('click', () => {
      RED.settings.set(PUT_AWAY, true);
      this.element.empty().hide();
    });
    this.element.append($('<span>').text(movingInText('offer.text', { count: nodes })), ' ', replace, away).show();
  }
}

function coreNodes(): number {
  let count = 0;
  RED.nodes.eachNode(({ type }) => {
    if (type === 'mqtt in' || type === 'mqtt out') count++;
  });
  return count;
}
