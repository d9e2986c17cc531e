// The part of Node-RED's editor API that only the topics sidebar uses.

interface EditorNotification {
  close(): void;
}

interface EditorPlugins {
  registerPlugin(id: string, plugin: EditorPlugin): void;
}

interface EditorRed {
  readonly sidebar: EditorSidebar;
  readonly actions: {
    /** The label stands in the list of actions. */
    add(name: string, action: () => void, options?: { label: string }): void;
    invoke(name: string): void;
  };
  readonly events: { on(event: string, listener: () => void): void };
  readonly workspaces: EditorWorkspaces;
  readonly settings: { get(name: string): unknown; set(name: string, value: unknown): void };
  readonly user: { hasPermission(permission: string): boolean };
  readonly clipboard: { copyText(text: string, element: JQuery, message: string): boolean };
  notify(
    content: JQuery | string,
    options: {
      type?: string;
      modal?: boolean;
      fixed?: boolean;
      timeout?: number;
      buttons?: { text: string; class?: string; click(): void }[];
    },
  ): EditorNotification;
}

interface EditorSidebar {
  addTab(tab: {
    id: string;
    label: string;
    name: string;
    iconClass: string;
    content: JQuery;
    enableOnEdit: boolean;
    action: string;
    onchange(): void;
  }): void;
  show(id: string): void;
  /** The help sidebar. `html` must be safe. */
  readonly help: { set(html: string, title: string): void };
}

interface EditorWorkspaces {
  isLocked(): boolean;
  /** The id of the flow or subflow that is shown; 0 when none is. */
  active(): string | 0;
}

interface EditorNode {
  /** Its middle and its size in px; config nodes have none, and a node has no size before it is drawn. */
  readonly x?: number;
  readonly y?: number;
  readonly w?: number;
  readonly h?: number;
}

interface EditorPlugin {
  type?: string;
  onadd?(): void;
  /** Called by fields for MQTT topics, including those of the core nodes. */
  getCompletions?(text: string): Promise<readonly string[]>;
}

interface EditorNodes {
  /** A new node id. */
  id(): string;
  /** Calls it with each node that is no configuration node. */
  eachNode(visit: (node: EditorNode) => void): void;
  /** The nodes of a flow or subflow. */
  filterNodes(of: { z: string | 0 }): EditorNode[];
}

interface EditorView {
  /** Attaches the nodes to the pointer until the next click, or leaves them where they are with `touchImport`. */
  importNodes(
    nodes: readonly object[],
    options: { generateIds: boolean; notify: boolean; touchImport?: boolean },
  ): void;
  /** How many times as large as usual the workspace is shown. */
  scale(): number;
  focus(): void;
  readonly tools: {
    /** How far a node is from the grid. */
    calculateGridSnapOffsets(node: { x: number; y: number; w: number; h: number }): { x: number; y: number };
  };
}
