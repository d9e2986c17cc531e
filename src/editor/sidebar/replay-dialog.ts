// The dialog that replays a recording: where to, how fast, and which of its branches.

import type { RecordingSurvey } from '../../core/recordings/recording-survey';
import { PAUSE_RANGE } from '../../core/recordings/recordings-protocol';
import { isTopicPrefix } from '../../core/recordings/topic-choice';
import { dateTimeText } from '../fields/local-text';
import { oneAtATime } from '../fields/one-at-a-time';
import { askFirst } from './ask-first';
import { notifyProblem } from './notify-problem';
import { brokerSelect, field, openDialog, rangeProblem, tick } from './recording-form';
import { lengthText, speedText } from './recording-rows';
import { askSurvey, type ReplayBody, startReplay } from './recordings-requests';
import { topicsText } from './topics-text';

/** Factors to choose from. 0 stands for as fast as possible. */
const SPEEDS = [0.1, 0.5, 1, 2, 5, 10, 60, 600, 0];

/** Opens it; `broker` is the one that is chosen at first, and `started` is called when it plays. */
export const openReplayDialog = oneAtATime(prepareReplayDialog);

async function prepareReplayDialog(name: string, broker: string, started: () => void): Promise<void> {
  const brokers = await brokerSelect(broker).catch((error: unknown) => void notifyProblem(error));
  if (!brokers) return;
  const where = whereChoice();
  const speed = $('<select>').append(
    ...SPEEDS.map((factor) => $('<option>', { value: factor, selected: factor === 1 }).text(speedText(factor))),
  );
  const pause = $('<input>', { type: 'number', min: 0, step: 'any', placeholder: topicsText('recordings.asRecorded') });
  const prefix = $('<input>', { type: 'text', spellcheck: false, placeholder: topicsText('recordings.noPrefix') });
  const loop = tick(topicsText('recordings.loop'), false);
  const retain = tick(topicsText('recordings.retain'), true);
  const summary = $('<p>', { class: 'mqtt-flows-facts', role: 'status' }).text(topicsText('recordings.reading'));
  const branches = $('<fieldset>', { class: 'mqtt-flows-recording-branches' }).hide();
  let surveyed: RecordingSurvey | undefined;
  const center = openDialog({
    title: topicsText('recordings.replayTitle', { name }),
    press: topicsText('recordings.replayIt'),
    content: [
      summary,
      where.element,
      field(topicsText('toolbar.broker'), brokers),
      field(topicsText('recordings.speed'), speed),
      field(topicsText('recordings.pause'), pause, {
        unit: topicsText('recordings.seconds'),
        problemOf: (text) => rangeProblem(text, ...PAUSE_RANGE, true),
      }),
      field(topicsText('recordings.prefix'), prefix, { problemOf: prefixProblem }),
      loop.row,
      retain.row,
      branches,
    ],
    async go() {
      const before = String(prefix.val() ?? '').trim();
      const chosen = chosenBranches(branches);
      if (chosen === 'none') return topicsText('recordings.noBranch');
      const body: ReplayBody = {
        ...{ name, broker: String(brokers.val()), to: where.chosen(), prefix: before, branches: chosen },
        speed: Number(speed.val()),
        loop: loop.input.prop('checked') === true,
        longestPause: Math.round(Number(pause.val() || 0) * 1000),
        retain: retain.input.prop('checked') === true,
      };
      const go = async (): Promise<void> => {
        await startReplay(body);
        started();
      };
      if (body.to === 'flow') await go();
      else {
        const question = publishQuestion(body, brokers.find('option:selected').text(), surveyed);
        askFirst(question, topicsText('recordings.publishIt'), go);
      }
      return undefined;
    },
  });
  askSurvey(name).then(
    (survey) => {
      surveyed = survey;
      summary.text(surveyText(survey));
      showBranches(branches, survey);
      center();
    },
    (error: Error) => summary.text(error.message),
  );
}

function prefixProblem(text: string): string | undefined {
  return isTopicPrefix(text) ? undefined : topicsText('recordings.badPrefix');
}

function whereChoice(): { readonly element: JQuery; chosen(): ReplayBody['to'] } {
  const choice = (value: ReplayBody['to'], text: string, hint: string): JQuery => {
    const input = $('<input>', { type: 'radio', name: 'mqtt-flows-replay-to', value, checked: value === 'flow' });
    return $('<label>', { class: 'mqtt-flows-recording-tick' }).append(
      input,
      ` ${text}`,
      $('<span>', { class: 'mqtt-flows-facts' }).text(hint),
    );
  };
  const element = $('<div>', { role: 'radiogroup', 'aria-label': topicsText('recordings.where') }).append(
    choice('flow', topicsText('recordings.flowOnly'), topicsText('recordings.flowHint')),
    choice('broker', topicsText('recordings.broker'), topicsText('recordings.brokerHint')),
  );
  return { element, chosen: () => (element.find('input:checked').val() === 'broker' ? 'broker' : 'flow') };
}

function surveyText({ messages, from, to, invalid, retained }: RecordingSurvey): string {
  const texts = [topicsText('recordings.messages', { count: messages })];
  if (from !== undefined && to !== undefined) {
    texts.push(lengthText(Math.max(0, to - from)), topicsText('recordings.from', { time: dateTimeText(from) }));
  }
  if (retained > 0) texts.push(topicsText('recordings.retained', { count: retained }));
  if (invalid > 0) texts.push(topicsText('recordings.skipped', { count: invalid }));
  return texts.join(' · ');
}

/** One branch is no choice. */
function showBranches(element: JQuery, { branches, more }: RecordingSurvey): void {
  if (branches.length < 2) return;
  const all = $('<input>', { type: 'checkbox', checked: true });
  const list = $('<div>', { class: 'mqtt-flows-recording-list', tabindex: 0 }).append(
    ...branches.map(({ filter, messages }) =>
      $('<label>', { class: 'mqtt-flows-recording-tick' }).append(
        $('<input>', { type: 'checkbox', checked: true, value: filter, class: 'mqtt-flows-branch' }),
        ' ',
        $('<bdi>').text(filter),
        $('<span>', { class: 'mqtt-flows-facts' }).text(` ${messages}`),
      ),
    ),
  );
  all.on('change', () => list.find('input').prop('checked', all.prop('checked') === true));
  list.on('change', () => all.prop('checked', list.find('input:not(:checked)').length === 0));
  const title = $('<label>', { class: 'mqtt-flows-recording-tick' }).append(
    all,
    ` ${topicsText('recordings.branches')}`,
  );
  element.append($('<legend>').append(title), list).show();
  if (more) element.append($('<div>', { class: 'mqtt-flows-facts' }).text(topicsText('recordings.moreBranches')));
}

/** Empty for all. */
function chosenBranches(element: JQuery): readonly string[] | 'none' {
  const boxes = element.find('.mqtt-flows-branch');
  const ticked = boxes.filter(':checked');
  if (ticked.length === boxes.length) return [];
  return ticked.length === 0 ? 'none' : ticked.toArray().map((box) => String($(box).val()));
}

/** Messages to a broker go to everybody there, so this is asked. */
function publishQuestion(body: ReplayBody, broker: string, survey: RecordingSurvey | undefined): JQuery {
  const retained = body.retain ? (survey?.retained ?? 0) : 0;
  const texts = [topicsText('recordings.askPublish', { name: body.name, broker })];
  if (retained > 0) texts.push(topicsText('recordings.askRetained', { count: retained }));
  if (body.loop) texts.push(topicsText('recordings.askLoop'));
  return $('<p>').text(texts.join(' '));
}
