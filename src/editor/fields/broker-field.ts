// The broker of a new node: the only one there is, as the core nodes take it. Where there is none, two buttons.

import { brokerDefaults } from '../../settings/broker.config';
import { sharedText } from './shared-text';

const TYPE = 'mqtt-flows-broker';
/** The option of Node-RED's select for a node that is yet to be made. */
const NEW = '_ADD_';

/** Prepares `#node-input-broker` for a node with the broker `saved`. */
export function prepareBrokerField(saved: string | undefined): void {
  const select = $('#node-input-broker');
  if (saved) return;
  const [first, ...others] = idsIn(select);
  if (first === undefined) offerFirstBroker(select);
  else if (others.length === 0) select.val(first).trigger('change');
}

function idsIn(select: JQuery): string[] {
  const values = select
    .find('option')
    .toArray()
    .map((option) => String($(option).val()));
  return values.filter((value) => value !== NEW && value !== '');
}

/** Adds the buttons, which go as soon as there is a broker. */
function offerFirstBroker(select: JQuery): void {
  const row = $('<div>', { class: 'form-row mqtt-flows-first-broker' }).css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: '6px',
    alignItems: 'baseline',
  });
  const button = (text: string, press: () => void): JQuery =>
    $('<button>', { type: 'button', class: 'red-ui-button' }).text(text).on('click', press);
  row.append(
    $('<span>').text(sharedText('firstBroker.none')),
    button(sharedText('firstBroker.embedded'), () => useEmbedded(select)),
    button(sharedText('firstBroker.server'), addServer),
  );
  select.closest('.form-row').after(row);
  select.on('change', () => row.toggle(idsIn(select).length === 0));
}

/** Makes a broker node that runs the broker inside Node-RED, as one step of the undo history. */
function useEmbedded(select: JQuery): void {
  const id = RED.nodes.id();
  const dirty = RED.nodes.dirty();
  RED.nodes.import([{ id, type: TYPE, z: '', ...brokerDefaults, connectTo: 'embedded' }]);
  RED.history.push({ t: 'add', nodes: [id], dirty });
  RED.nodes.dirty(true);
  $('<option>', { value: id }).text(sharedText('label.embedded')).prependTo(select);
  select.val(id).trigger('change');
}

/** Opens the dialog of a new broker node by Node-RED's own button: it has one for adding, or one alone. */
function addServer(): void {
  $('#node-input-btn-broker-add, #node-input-lookup-broker').first().trigger('click');
}
