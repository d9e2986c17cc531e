// The tree and the detail of a topic, with a splitter between: below each other where it is narrow, beside each other where
// it is wide. By pointer and by keyboard, as the ARIA practices for window splitters say.

import { keep, readKept } from './kept-locally';
import { topicsText } from './topics-text';

const KEPT = 'split';
/** Percent of the first part. */
const LEAST = 15;
const MOST = 85;
const USUAL = 45;
const STEP = 5;

export class SplitView {
  readonly element: JQuery;
  readonly #splitter: HTMLElement;
  readonly #second: JQuery;
  #share = USUAL;

  constructor(first: JQuery, second: JQuery) {
    this.#second = second;
    const splitter = $('<div>', { class: 'mqtt-flows-splitter', role: 'separator', tabindex: 0 });
    splitter.attr({ 'aria-label': topicsText('split.label'), 'aria-valuemin': LEAST, 'aria-valuemax': MOST });
    this.#splitter = splitter[0] as HTMLElement;
    this.element = $('<div>', { class: 'mqtt-flows-split' }).append(first, splitter, second);
    const kept = readKept(KEPT);
    this.#set(typeof kept === 'number' ? kept : USUAL);
    this.showSecond(false);
    this.#splitter.addEventListener('pointerdown', (event) => this.#grab(event));
    this.#splitter.addEventListener('keydown', (event) => {
      const step = stepOf(event.key);
      if (step === 0) return;
      event.preventDefault();
      // Node-RED moves nodes by the same keys.
      event.stopPropagation();
      this.#set(this.#share + step);
      keep(KEPT, this.#share);
    });
  }

  showSecond(shown: boolean): void {
    this.#second.toggle(shown);
    this.element.toggleClass('mqtt-flows-alone', !shown);
  }

  #set(percent: number): void {
    this.#share = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    this.element[0]?.style.setProperty('--mqtt-flows-share', `${this.#share}%`);
    this.#splitter.setAttribute('aria-valuenow', String(this.#share));
  }

  #grab(event: PointerEvent): void {
    const whole = this.element[0]?.getBoundingClientRect();
    if (!whole || event.button !== 0) return;
    event.preventDefault();
    const isBeside = getComputedStyle(this.element[0] as HTMLElement).flexDirection === 'row';
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const share = isBeside ? (clientX - whole.left) / whole.width : (clientY - whole.top) / whole.height;
      this.#set(100 * share);
    };
    const over = new AbortController();
    const { signal } = over;
    const end = (): void => {
      over.abort();
      keep(KEPT, this.#share);
    };
    this.#splitter.setPointerCapture(event.pointerId);
    this.#splitter.addEventListener('pointermove', move, { signal });
    for (const last of ['pointerup', 'pointercancel']) this.#splitter.addEventListener(last, end, { signal });
  }
}

function stepOf(key: string): number {
  if (key === 'ArrowUp' || key === 'ArrowLeft') return -STEP;
  return key === 'ArrowDown' || key === 'ArrowRight' ? STEP : 0;
}
