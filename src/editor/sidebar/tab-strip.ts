// Small tabs for a narrow place. They wrap, and work by keyboard.

export interface TabPane {
  readonly label: string;
  /** Fills the pane, when it is chosen and when its content has changed. */
  render(pane: JQuery): void;
}

export class TabStrip {
  readonly element: JQuery;
  readonly #panes: readonly TabPane[];
  readonly #buttons: JQuery[];
  /** It scrolls where the sidebar is short, and the keyboard scrolls only what has the focus. */
  readonly #pane = $('<div>', { class: 'mqtt-flows-pane', role: 'tabpanel', tabindex: 0 });
  #chosen = 0;

  constructor(label: string, panes: readonly TabPane[]) {
    this.#panes = panes;
    this.#buttons = panes.map((pane, index) =>
      $('<button>', { type: 'button', class: 'mqtt-flows-tab', role: 'tab', text: pane.label }).on('click', () =>
        this.choose(index),
      ),
    );
    const strip = $('<div>', { class: 'mqtt-flows-tabs', role: 'tablist', 'aria-label': label }).append(this.#buttons);
    strip.on('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      this.choose((this.#chosen + step + panes.length) % panes.length);
      this.#buttons[this.#chosen]?.trigger('focus');
    });
    this.element = $('<div>', { class: 'mqtt-flows-tabbed' }).append(strip, this.#pane);
    this.#mark();
  }

  choose(index: number): void {
    this.#chosen = index;
    this.#mark();
    this.render();
  }

  /** Updates the pane of the chosen tab. */
  render(): void {
    this.#panes[this.#chosen]?.render(this.#pane);
  }

  #mark(): void {
    // Detached, not emptied: a pane may want its content back as it was.
    this.#pane.contents().detach();
    this.#pane.attr('aria-label', this.#panes[this.#chosen]?.label ?? '');
    for (const [index, button] of this.#buttons.entries()) {
      const chosen = index === this.#chosen;
      button.toggleClass('selected', chosen).attr({ 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
    }
  }
}
