// The part of Node-RED's editor API that our scripts use. It is stricter than the public types: validators have two
// arguments, and `defaults` must hold every property of the saved configuration.

/** True, or the reason why a value does not fit. */
type Validity = true | string;

interface EditorProperty<Value> {
  value: Value;
  required?: boolean;
  /** The type of config node that the property refers to. */
  type?: string;
  /** The name of the field in the list of errors. */
  label?: string;
  /** Node-RED treats a string as an error only from a validator with two parameters. */
  validate?(this: EditorNode, value: Value, options: { label?: string } | undefined): Validity;
}

interface EditorNode {
  readonly id: string;
  readonly type: string;
  /** The flow or subflow that the node belongs to; absent or blank for global nodes. */
  readonly z?: string;
  /** For a configuration node: the nodes that refer to it. */
  readonly users?: readonly EditorNode[];
  /** Translates a key of the node's own catalogue. */
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
}

interface EditorNodeDefinition<Config, Credentials = object> {
  category: string;
  color?: string;
  defaults: { [K in keyof Config]-?: EditorProperty<Config[K]> };
  credentials?: { [K in keyof Credentials]-?: { type: 'text' | 'password' } };
  inputs?: number;
  outputs?: number;
  icon?: string;
  align?: 'left' | 'right';
  /** Called on the definition, to which Node-RED adds a translator. */
  paletteLabel?(this: Pick<EditorNode, '_'>): string;
  label?(this: EditorNode & Config): string;
  labelStyle?(this: EditorNode & Config): string;
  /** The tooltip of the input. */
  inputLabels?(this: EditorNode & Config): string;
  outputLabels?(this: EditorNode & Config, index: number): string | undefined;
  oneditprepare?(this: EditorNode & Config): void;
  oneditsave?(this: EditorNode & Config): void;
  oneditcancel?(this: EditorNode & Config): void;
  oneditdelete?(this: EditorNode & Config): void;
  oneditresize?(this: EditorNode & Config, size: { readonly width: number; readonly height: number }): void;
}

interface EditorPlugins {
  /** What packages have registered in the editor under a type; its other properties are theirs to choose. */
  getPluginsByType(type: string): readonly object[];
}

interface EditorRed {
  readonly i18n: {
    /** The language that the user has chosen for the editor, or that of the browser. */
    lang(): string;
  };
  /** Translates a full key, `module/set:key`. */
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  readonly nodes: EditorNodes;
  readonly view: EditorView;
  readonly editor: {
    /** The nodes whose dialogs are open, the one on top last. */
    getEditStack(): readonly EditorNode[];
  };
  readonly plugins: EditorPlugins;
  readonly utils: {
    getNodeLabel(node: EditorNode, fallback: string): string;
    /** True, or why `value` does not fit the `type` of a typed input. */
    validateTypedProperty(value: string, type: string, options: { label?: string }): Validity;
  };
  readonly tabs: {
    /** Makes tabs in the empty list with the id of the options. */
    create(options: { id: string; onchange(tab: { readonly id: string }): void }): EditorTabs;
  };
}

interface EditorNodes {
  registerType<Config, Credentials>(type: string, definition: EditorNodeDefinition<Config, Credentials>): void;
  /** The node with this id, configuration nodes included. */
  node(id: string): EditorNode | null | undefined;
  /** Calls `each` with all configuration nodes. */
  eachConfig(each: (node: Readonly<Record<string, unknown>>) => void): void;
  workspace(id: string): { readonly label?: string; readonly disabled?: boolean } | undefined;
  subflow(id: string): { readonly name?: string } | undefined;
}

interface EditorView {
  /** Scrolls to a node in its flow and highlights it. */
  reveal(id: string): void;
}

/** A step of the undo history that takes the nodes away which were added. */
interface AddEvent {
  readonly t: 'add';
  readonly nodes: readonly string[];
  /** Whether there was something to deploy before. */
  readonly dirty: boolean;
}

declare const RED: EditorRed;

interface EditorTabs {
  addTab(tab: { id: string; label: string }): void;
  activateTab(id: string): void;
  resize(): void;
}

interface TypedInputType {
  value: string;
  label: string;
  icon?: string;
  hasValue?: boolean;
  /** The values to choose from. */
  options?: readonly {
    readonly value: string;
    readonly label: string /** With two parameters; Node-RED calls one without any for the function to use. */;
    autoComplete?(text: string, done: (found: readonly string[]) => void): void;
  }[];
  validate?(value: string): boolean;
}

interface EditableListOptions<Row> {
  addItem(container: JQuery, index: number, row: Row): void;
  addButton?: boolean | string;
  removable?: boolean;
  sortable?: boolean;
  height?: number | 'auto';
  removeItem?(row: Row): void;
  sortItems?(): void;
}

interface JQuery {
  /** Offers the results of `search` for the typed text. */
  autoComplete(options: {
    minLength: number;
    search(text: string, done: (found: readonly string[]) => void): void;
  }): this;
  typedInput(options: {
    types: readonly (string | TypedInputType)[];
    typeField?: JQuery | string;
    default?: string;
  }): this;
  typedInput(method: 'value' | 'type'): string;
  typedInput(method: 'value' | 'type', value: string): this;
  editableList<Row extends object>(options: EditableListOptions<Row>): this;
  editableList(method: 'addItem', row: object): this;
  editableList(method: 'items'): JQuery;
  editableList(method: 'height', value: number): this;
  editableList(method: 'empty'): this;
}
