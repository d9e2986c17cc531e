// The part of Node-RED's editor API that only the topics sidebar uses.

interface EditorNotification {
  close(): void;
}

interface EditorRed {
  readonly plugins: {
    registerPlugin(id: string, plugin: EditorPlugin): void;
  };
  readonly sidebar: {
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
  };
  readonly actions: { add(name: string, action: () => void): void };
  readonly events: { on(event: string, listener: () => void): void };
  readonly workspaces: { isLocked(): boolean };
  readonly settings: { get(name: string): unknown };
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

interface EditorPlugin {
  type?: string;
  onadd?(): void;
  /** Called by fields for MQTT topics, including those of the core nodes. */
  getCompletions?(text: string): Promise<readonly string[]>;
}

interface EditorNodes {
  /** A new node id. */
  id(): string;
}

interface EditorView {
  /** Attaches the nodes to the pointer until the next click. */
  importNodes(nodes: readonly object[], options: { generateIds: boolean; notify: boolean }): void;
}
