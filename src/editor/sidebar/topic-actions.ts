// The buttons for the selected topic: copy, pin, new nodes, export, and deleting what the server has retained.

import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { clearBranch, clearRetained } from './clear-retained';
import { carryNode, placeInSight } from './node-placing';
import { notifyProblem } from './notify-problem';
import { saveRecording } from './save-recording';
import { button } from './small-button';
import { type NodeKind, type NodeTopic, nodeFor } from './topic-nodes';
import { askValues } from './topics-requests';
import { topicsText } from './topics-text';

/** The selected topic. */
export interface Target {
  readonly broker: string;
  readonly row: TopicRow;
}

export interface TopicActionsHost {
  target(): Target | undefined;
  /** The viewer of the recording; undefined when it has ended. */
  viewer(): string | undefined;
  isPinned(path: string): boolean;
  pin(path: string): void;
}

export class TopicActions {
  readonly element = $('<div>', { class: 'mqtt-flows-buttons' });
  readonly #host: TopicActionsHost;
  readonly #pin: JQuery;
  readonly #branchNode: JQuery;
  readonly #clear: JQuery;
  readonly #clearBranch: JQuery;
  readonly #export: JQuery;

  constructor(host: TopicActionsHost) {
    this.#host = host;
    this.#pin = button('fa-thumb-tack', topicsText('action.pin'), () => this.#act(({ row }) => host.pin(row.path)));
    this.#branchNode = this.#nodeButton('subscribe', 'fa-sitemap', topicsText('action.subscribeBranch'), true);
    this.#export = button('fa-download', topicsText('action.export'), () =>
      this.#recorded(({ row }, viewer) => saveRecording(viewer, row.path)),
    );
    this.#clear = button('fa-eraser', topicsText('action.clear'), () =>
      this.#act(({ broker, row }) => clearRetained(broker, row.path)),
    );
    this.#clearBranch = button('fa-trash-o', topicsText('action.clearBranch'), () =>
      this.#recorded(({ broker, row }, viewer) => clearBranch(broker, viewer, row.path)),
    );
    this.element.append(
      this.#copyTopic(),
      this.#copyValues(),
      this.#pin,
      this.#nodeButton('subscribe', 'fa-sign-out', topicsText('action.subscribe'), false),
      this.#branchNode,
      this.#nodeButton('publish', 'fa-sign-in', topicsText('action.publish'), false),
      this.#export,
      this.#clear,
      this.#clearBranch,
    );
  }

  /** Call when the selected topic is another, or has changed. */
  update({ path, open, preview, retained }: TopicRow): void {
    const mayWrite = RED.user.hasPermission('mqtt-flows.write');
    const isBranch = open !== undefined;
    this.#pin.attr('aria-pressed', String(this.#host.isPinned(path)));
    // A branch without messages of its own has one button for both.
    this.#branchNode.toggle(isBranch && preview !== undefined);
    this.#clear.toggle(retained === true && mayWrite);
    this.#clearBranch.toggle(isBranch && mayWrite);
  }

  #act(carryOut: (target: Target) => void): void {
    const target = this.#host.target();
    if (target) carryOut(target);
  }

  #recorded(carryOut: (target: Target, viewer: string) => Promise<void>): void {
    const target = this.#host.target();
    const viewer = this.#host.viewer();
    if (!target) return;
    if (viewer === undefined) return notifyProblem(new Error(topicsText('refused.viewerGone')));
    carryOut(target, viewer).catch(notifyProblem);
  }

  #copyTopic(): JQuery {
    const copy = button('fa-clipboard', topicsText('action.copy'), () =>
      this.#act(({ row }) => RED.clipboard.copyText(row.path, copy, 'clipboard.copyMessageValue')),
    );
    return copy;
  }

  #copyValues(): JQuery {
    const copy = button('fa-files-o', topicsText('action.copyValues'), () =>
      this.#recorded(async ({ row }, viewer) => {
        const { values, missing } = await askValues(viewer, row.path);
        const copied = row.open === undefined ? values[row.path] : values;
        const text = JSON.stringify(copied, undefined, 2) ?? '';
        RED.clipboard.copyText(text, copy, 'clipboard.copyMessageValue');
        if (missing > 0) notifyProblem(new Error(topicsText('action.copiedWithout', { count: missing })));
      }),
    );
    return copy;
  }

  /** A button that adds a node when it is pressed, or where it is dropped. */
  #nodeButton(kind: NodeKind, icon: string, label: string, branch: boolean): JQuery {
    const made = button(icon, label, () => this.#act((target) => addNode(kind, topicOf(target, branch))));
    made
      .addClass('mqtt-flows-in-editor')
      .attr('draggable', 'true')[0]
      ?.addEventListener('dragstart', (event) => {
        this.#act((target) => dragNode(kind, topicOf(target, branch), event));
      });
    return made;
  }
}

/** A branch without messages stands for all that is below it. */
export function topicOf({ broker, row }: Target, branch = false): NodeTopic {
  return { broker, path: row.path, branch: branch || row.preview === undefined };
}

/**
 * Puts a node into a drag. Without a node, the drag is cancelled: the topic itself may read like a flow, which Node-RED's
 * workspace would accept as well.
 */
export function dragNode(kind: NodeKind, topic: NodeTopic, event: DragEvent): void {
  const node = nodeFor(kind, topic);
  if (node) carryNode(node, event);
  else event.preventDefault();
}

function addNode(kind: NodeKind, topic: NodeTopic): void {
  const node = nodeFor(kind, topic);
  if (!node) return notifyProblem(new Error(topicsText('action.impossible')));
  // It would be in no flow: never seen, and running after the next deploy.
  if (RED.workspaces.active() === 0) return notifyProblem(new Error(topicsText('action.noFlow')));
  if (RED.workspaces.isLocked()) return notifyProblem(new Error(topicsText('action.locked')));
  placeInSight(node);
}
