// Places a new node in the workspace: in sight, or where it is released when it is dragged out of the sidebar, as one from the
// palette. Node-RED's own import would leave it at the pointer until the next click, and nothing would be there to deploy.

import { type Box, freePlace } from '../../core/sidebar/free-place';

/** What is dragged, or was last: the node, and the text by which the drop is recognised. */
let dragged: { readonly node: object; readonly text: string } | undefined;
let isWatching = false;

/** In px: what a node measures before Node-RED has drawn it. */
const UNDRAWN = { w: 100, h: 30 };
/** In px: room for a node with a long topic as its name. */
const ROOM = { w: 240, h: 40 };

/** Places `node` where nothing is, in the part of the workspace that is in sight. */
export function placeInSight(node: object): void {
  const chart = document.getElementById('red-ui-workspace-chart');
  if (!chart) return;
  const scale = RED.view.scale();
  const [w, h] = [chart.clientWidth / scale, chart.clientHeight / scale];
  const view = { x: chart.scrollLeft / scale + w / 2, y: chart.scrollTop / scale + h / 2, w, h };
  const taken = RED.nodes.filterNodes({ z: RED.workspaces.active() }).map(boxOf);
  placeAt(node, freePlace(ROOM, view, taken));
}

/** One that Node-RED has not drawn yet has no size. */
function boxOf({ x = 0, y = 0, w = UNDRAWN.w, h = UNDRAWN.h }: EditorNode): Box {
  return { x, y, w, h };
}

/** Puts `node` into a drag. As text, since the workspace accepts nothing else. */
export function carryNode(node: object, { dataTransfer }: DragEvent): void {
  if (!dataTransfer) return;
  dragged = { node, text: JSON.stringify([node]) };
  dataTransfer.effectAllowed = 'copy';
  dataTransfer.setData('text/plain', dragged.text);
  if (isWatching) return;
  isWatching = true;
  // Before Node-RED, which listens at the shade over the workspace.
  document.addEventListener('drop', dropped, { capture: true });
}

function dropped(event: DragEvent): void {
  const shade = event.target instanceof Element ? event.target.closest('#red-ui-drop-target') : null;
  if (!shade || !dragged || event.dataTransfer?.getData('text/plain') !== dragged.text) return;
  event.preventDefault();
  event.stopPropagation();
  // Node-RED takes its shade away when the pointer leaves it.
  shade.dispatchEvent(new DragEvent('dragleave'));
  placeUnder(event, dragged.node);
  dragged = undefined;
}

function placeUnder({ clientX, clientY }: DragEvent, node: object): void {
  const chart = document.getElementById('red-ui-workspace-chart');
  if (!chart || RED.workspaces.isLocked()) return;
  const { left, right, top, bottom } = chart.getBoundingClientRect();
  // The shade lies over the palette and the sidebar, too.
  if (clientX < left || clientX > right || clientY < top || clientY > bottom) return;
  const scale = RED.view.scale();
  placeAt(node, { x: (clientX - left + chart.scrollLeft) / scale, y: (clientY - top + chart.scrollTop) / scale });
}

function placeAt(node: object, { x, y }: { x: number; y: number }): void {
  const offset = RED.view.tools.calculateGridSnapOffsets({ x, y, ...UNDRAWN });
  const placed = { ...node, x: x - offset.x, y: y - offset.y };
  RED.view.importNodes([placed], { generateIds: true, notify: false, touchImport: true });
  RED.nodes.dirty(true);
  RED.view.focus();
}
