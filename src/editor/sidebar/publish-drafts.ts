// The drafts that the browser keeps, in a select: the first entry is a message to the selected topic.

import { LONGEST_DRAFT, MOST_DRAFTS, type PublishDraft, readDrafts } from '../../core/sidebar/publish-draft';
import { keep, readKept } from './kept-locally';
import { button } from './small-button';
import { topicsText } from './topics-text';

const KEPT = 'drafts';
/** Characters of a payload in the name of its draft. */
const NAMED = 20;

export interface DraftActions {
  /** Another draft was chosen; undefined stands for the selected topic. */
  chosen(draft: PublishDraft | undefined): void;
  /** What is in the fields now. */
  written(): PublishDraft;
  say(text: string, isProblem?: boolean): void;
}

export class PublishDrafts {
  readonly element = $('<div>', { class: 'mqtt-flows-buttons mqtt-flows-drafts' });
  readonly #select = $('<select>', { 'aria-label': topicsText('draft.choose') });
  readonly #actions: DraftActions;
  #drafts = readDrafts(readKept(KEPT));

  constructor(actions: DraftActions) {
    this.#actions = actions;
    this.#select.on('change', () => actions.chosen(this.chosen));
    this.element.append(
      this.#select,
      button('fa-floppy-o', topicsText('draft.save'), () => this.#save()),
      button('fa-plus', topicsText('draft.add'), () => this.#add()),
      button('fa-trash-o', topicsText('draft.delete'), () => this.#delete()),
    );
    this.#list(-1);
  }

  /** Undefined for a message to the selected topic. */
  get chosen(): PublishDraft | undefined {
    return this.#drafts[this.#index];
  }

  get #index(): number {
    return Number(this.#select.val() ?? -1);
  }

  #list(chosen: number): void {
    this.#select.empty().append($('<option>', { value: -1, text: topicsText('draft.selected') }));
    for (const [index, { topic, payload }] of this.#drafts.entries()) {
      const text = `${topic} · ${payload.slice(0, NAMED)}`;
      this.#select.append($('<option>', { value: index, text }));
    }
    this.#select.val(chosen);
  }

  /** Keeps the fields in the chosen draft, or in a new one. */
  #save(): void {
    if (!this.chosen) return this.#add();
    this.#keep(this.#drafts.with(this.#index, this.#actions.written()), this.#index);
  }

  #add(): void {
    this.#keep([...this.#drafts, this.#actions.written()], this.#drafts.length);
  }

  #delete(): void {
    if (!this.chosen) return;
    this.#drafts = this.#drafts.toSpliced(this.#index, 1);
    keep(KEPT, this.#drafts);
    this.#list(-1);
    this.#actions.chosen(undefined);
  }

  #keep(drafts: PublishDraft[], chosen: number): void {
    if (drafts.length > MOST_DRAFTS)
      return this.#actions.say(topicsText('draft.tooMany', { count: MOST_DRAFTS }), true);
    if ((drafts[chosen]?.payload.length ?? 0) > LONGEST_DRAFT)
      return this.#actions.say(topicsText('draft.tooLong'), true);
    this.#drafts = drafts;
    keep(KEPT, drafts);
    this.#list(chosen);
    this.#actions.say(topicsText('draft.saved'));
  }
}
