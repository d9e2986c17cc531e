// A node that is dragged out of the sidebar is placed where it is released, as one from the palette. Node-RED's own drop of a text
// would leave it at the pointer until the next click, and nothing would be there to deploy.

/** What is dragged, or was last: the node, and the text by which the drop is recognised. */
let dragged: { readonly node: object; readonly text: string } | undefined;
let isWatching = false;

/** In px: what a node measures before Node-RED has drawn it. */
const UNDRAWN = { w: 100, h: 30 };

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
  placeAt(dragged.node, event);
  dragged = undefined;
}

function placeAt(node: object, { clientX, clientY }: DragEvent): void {
  const chart = document.getElementById('red-ui-workspace-chart');
  if (!chart || RED.workspaces.isLocked()) return;
  const { left, right, top, bottom } = chart.getBoundingClientRect();
  // The shade lies over the palette and the sidebar, too.
  if (clientX < left || clientX > right || clientY < top || clientY > bottom) return;
  const scale = RED.view.scale();
  const x = (clientX - left + chart.scrollLeft) / scale;
  const y = (clientY - top + chart.scrollTop) / scale;
  const offset = RED.view.tools.calculateGridSnapOffsets({ x, y, ...UNDRAWN });
  const placed = { ...node, x: x - offset.x, y: y - offset.y };
  RED.view.importNodes([placed], { generateIds: true, notify: false, touchImport: true });
  RED.nodes.dirty(true);
  RED.view.focus();
}
