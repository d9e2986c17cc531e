// The part of Node-RED's editor API that only the replacing of nodes uses.

/** A step of the undo history that puts a whole configuration back. Node-RED makes one when it merges changes of others. */
interface CompleteReplaceEvent {
  readonly t: 'replace';
  readonly complete: true;
  readonly config: readonly EditorExport[];
  readonly changed: Readonly<Record<string, boolean>>;
  readonly moved: Readonly<Record<string, boolean>>;
  readonly dirty: boolean;
  readonly rev: string;
  /** Called after the step has been undone, and after it has been done again. */
  callback(): void;
}

/** A node as the editor exports it. */
interface EditorExport {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

interface EditorNode {
  changed?: boolean;
  moved?: boolean;
}

interface EditorNodes {
  /** Everything in the editor, with credentials that have been changed and not deployed. */
  createCompleteNodeSet(): EditorExport[];
  clear(): void;
  import(nodes: readonly EditorExport[]): { readonly nodes: readonly EditorNode[] };
  /** Whether there is something to deploy. */
  dirty(): boolean;
  dirty(dirty: boolean): void;
  version(): string;
  version(version: string): void;
  eachNode(visit: (node: EditorNode) => void): void;
  getType(type: string): { readonly defaults: Readonly<Record<string, { readonly value: unknown }>> } | null;
  workspace(id: string): { readonly label?: string; readonly disabled?: boolean; locked?: boolean } | undefined;
  subflow(id: string): { readonly name?: string; locked?: boolean } | undefined;
}

interface EditorView {
  redraw(all: boolean): void;
  selection(): { readonly nodes?: readonly EditorSelected[] };
}

/** A selected node, or a group with what is in it. */
interface EditorSelected {
  readonly id: string;
  readonly nodes?: readonly EditorSelected[];
}

interface EditorWorkspaces {
  refresh(): void;
  show(id: string, skipStack: boolean): void;
}

interface EditorSidebar {
  readonly config: { refresh(): void };
}

interface EditorRed {
  readonly history: { push(event: CompleteReplaceEvent | AddEvent): void };
  readonly palette: { refresh(): void };
  readonly menu: {
    addItem(menu: string, item: { id: string; label: string; onselect: string }): void;
  };
}

interface JQuery {
  /** jQuery UI, which Node-RED's own dialogs use. */
  dialog(options: {
    title: string;
    modal: boolean;
    width: number;
    height?: number;
    /** px with title and buttons */
    maxHeight?: number;
    resizable: boolean;
    classes: Readonly<Record<string, string>>;
    buttons: readonly { id: string; text: string; class?: string; click(): void }[];
    open?(): void;
    close(): void;
  }): this;
  dialog(method: 'close'): this;
  dialog(method: 'option', name: 'position', value: { my: string; at: string; of: Window }): this;
}
