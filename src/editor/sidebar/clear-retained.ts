// Deletes retained messages: of one topic, or of all topics of a branch. Both ask before. A branch says how far it is, and
// can be stopped.

import { MOST_CLEARED } from '../../core/sidebar/sidebar-protocol';
import { askFirst } from './ask-first';
import { notifyProblem } from './notify-problem';
import { askRetained, clearTopics } from './topics-requests';
import { topicsText } from './topics-text';

/** The most topics that the question lists. */
const LISTED = 200;
/** Topics for each request: few enough for the progress to move. */
const AT_ONCE = Math.min(MOST_CLEARED, 50);

/** Asks whether to delete the retained message of one topic, and deletes it. */
export function clearRetained(broker: string, path: string): void {
  ask(topicsText('clear.question'), [path], () => clearTopics(broker, [path]));
}

/** The same for all topics at `path` and below that the recording of `viewer` has seen. */
export async function clearBranch(broker: string, viewer: string, path: string): Promise<void> {
  try {
    const topics = await askRetained(viewer, path);
    if (topics.length === 0) return void RED.notify($('<span>', { text: topicsText('clear.none') }), { timeout: 5000 });
    ask(topicsText('clear.branchQuestion', { count: topics.length }), topics, () => clearAll(broker, topics));
  } catch (error) {
    notifyProblem(error);
  }
}

function ask(question: string, topics: readonly string[], confirmed: () => Promise<void>): void {
  const list = $('<div>', { class: 'mqtt-flows-asked-topic', tabindex: 0 });
  for (const topic of topics.slice(0, LISTED)) list.append($('<div>', { text: topic }));
  const rest = topics.length - LISTED;
  if (rest > 0) list.append($('<div>', { text: topicsText('value.more', { count: rest }) }));
  askFirst($('<div>').append($('<p>', { text: question }), list), topicsText('clear.confirm'), confirmed);
}

async function clearAll(broker: string, topics: readonly string[]): Promise<void> {
  let stopped = false;
  const bar = $<HTMLProgressElement>('<progress>', { max: topics.length, value: 0, class: 'mqtt-flows-progress' });
  bar.attr('aria-label', topicsText('clear.confirm'));
  const said = $('<p>', { role: 'status' });
  const tell = (done: number): void => {
    bar.val(done);
    said.text(topicsText('clear.progress', { done, count: topics.length }));
  };
  tell(0);
  const progress = RED.notify($('<div>').append(said, bar), {
    fixed: true,
    buttons: [
      {
        text: topicsText('clear.stop'),
        click: () => {
          stopped = true;
        },
      },
    ],
  });
  let done = 0;
  try {
    while (done < topics.length && !stopped) {
      const next = topics.slice(done, done + AT_ONCE);
      await clearTopics(broker, next);
      done += next.length;
      tell(done);
    }
  } catch (error) {
    notifyProblem(error);
  }
  progress.close();
  const values = { done, count: topics.length };
  const text = done < topics.length ? topicsText('clear.stopped', values) : topicsText('clear.done', values);
  RED.notify($('<span>', { text }), { timeout: 8000 });
}
