// The drafts that the browser keeps, in a select: the first entry is a message to the selected topic.

import {
  type DraftAt,
  LONGEST_DRAFT,
  MOST_DRAFTS,
  type PublishDraft,
  readDrafts,
  withDraft,
  withoutDraft,
} from '../../core/sidebar/publish-draft';
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
  #drafts: readonly PublishDraft[] = readDrafts(readKept(KEPT));

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

  /** What the browser keeps now: other tabs write it, too. Where it keeps nothing, what this page has. */
  get #kept(): readonly PublishDraft[] {
    const kept = readKept(KEPT);
    return kept === undefined ? this.#drafts : readDrafts(kept);
  }

  /** Keeps the fields in the chosen draft, or in a new one. */
  #save(): void {
    this.#keep(withDraft(this.#kept, this.#actions.written(), this.chosen));
  }

  #add(): void {
    this.#keep(withDraft(this.#kept, this.#actions.written()));
  }

  #delete(): void {
    const { chosen } = this;
    if (!chosen) return;
    this.#drafts = withoutDraft(this.#kept, chosen);
    keep(KEPT, this.#drafts);
    this.#list(-1);
    this.#actions.chosen(undefined);
  }

  #keep({ drafts, at }: DraftAt): void {
    if (drafts.length > MOST_DRAFTS)
      return this.#actions.say(topicsText('draft.tooMany', { count: MOST_DRAFTS }), true);
    if ((drafts[at]?.payload.length ?? 0) > LONGEST_DRAFT) return this.#actions.say(topicsText('draft.tooLong'), true);
    this.#drafts = drafts;
    keep(KEPT, drafts);
    this.#list(at);
    this.#actions.say(topicsText('draft.saved'));
  }
}
