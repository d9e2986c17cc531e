// The "Test connection" button of the broker dialog, and the list of results.

import { errorSentence } from '../../core/errors/error-sentence';
import type { ErrorReport } from '../../core/errors/mqtt-flows-error';
import type { TestEvent, TestedServer, TestFact } from '../../core/reports/connection-test';
import { VERSION_NAMES } from '../../core/servers/version-name';
import { colorAsError } from '../fields/error-color';
import { dateText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';

const BUTTON = '#mqtt-flows-test';
const FORM = '.mqtt-flows-form';
/** ms after which a list has removed a row */
const FADING = 500;
const RESULT = '#mqtt-flows-test-result';

/** The content of the dialog as it is sent to the runtime. Node-RED's placeholder stands for a stored password. */
export interface EnteredBroker {
  readonly id: string;
  readonly z: string;
  readonly settings: object;
  readonly credentials: Readonly<Record<string, string>>;
}

/**
 * Makes the button test the values that `read` returns. The result goes when they are changed. Returns a function that
 * ends a running test.
 */
export function prepareConnectionTest(read: () => EnteredBroker): () => void {
  let running: JQuery.jqXHR | undefined;
  /** The values of the result that is shown; it is about no others. */
  let tested: string | undefined;
  const result = $(RESULT);
  $(BUTTON).on('click', () => {
    running?.abort();
    const entered = read();
    tested = JSON.stringify(entered);
    running = request(entered, new TestView(result.empty()));
  });
  const look = (): void => {
    if (tested === undefined || tested === JSON.stringify(read())) return;
    tested = undefined;
    running?.abort();
    result.empty().append($('<div>', { role: 'status' }).text(sharedText('test.outdated')));
  };
  // A row that is removed from a list is in the page until it has faded, and causes no event then.
  const lookLater = (): void => void setTimeout(look, FADING);
  $(BUTTON).closest(FORM).on('input change', look).on('click', lookLater);
  return () => {
    tested = undefined;
    running?.abort();
  };
}

function request(entered: EnteredBroker, view: TestView): JQuery.jqXHR {
  let done = 0;
  /** Processes the complete lines. */
  const feed = (text: string): void => {
    const end = text.lastIndexOf('\n') + 1;
    const lines = text.slice(done, end).split('\n').slice(0, -1);
    done = Math.max(done, end);
    // The lines come from our own runtime.
    for (const line of lines) view.show(JSON.parse(line) as TestEvent);
  };
  return $.ajax({
    url: 'mqtt-flows/connection-test',
    type: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(entered),
    dataType: 'text',
    xhr: () => {
      const xhr = new XMLHttpRequest();
      xhr.addEventListener('progress', () => feed(xhr.responseText));
      return xhr;
    },
    success: feed,
    error: ({ status, statusText }) => {
      if (statusText !== 'abort') view.refused(status);
    },
  });
}

/** One server in the list. */
interface Row {
  readonly name: string;
  readonly steps: JQuery;
  readonly verdict: JQuery;
  step: JQuery | undefined;
  begun: number;
}

class TestView {
  readonly #container: JQuery;
  readonly #verdict: JQuery;
  #rows: Row[] = [];

  constructor(container: JQuery) {
    this.#container = container;
    this.#verdict = $('<div>', { role: 'status' }).text(sharedText('test.running')).appendTo(container);
  }

  show(event: TestEvent): void {
    if (event.kind === 'begin') return this.#begin(event.servers, event.clientId);
    if (event.kind === 'unusable') return this.#say(this.#verdict, sentence(event.error, ''), true);
    if (event.kind === 'end') return void this.#container.get(0)?.scrollIntoView({ block: 'nearest' });
    const row = this.#rows[event.index];
    if (!row) return;
    switch (event.kind) {
      case 'attempt':
        if (event.version !== 5) this.#again(row, event.version, event.at);
        return;
      case 'stage':
        this.#endStep(row, event.at);
        row.begun = event.at;
        row.step = addStep(row.steps, sharedText(`testStep.${event.stage}`));
        return;
      case 'fact':
        return addDetail(row.step, factText(event.fact));
      case 'connected': {
        this.#endStep(row, event.at);
        const version = VERSION_NAMES[event.server.protocolVersion];
        this.#say(row.verdict, sharedText('test.connected', { version, time: event.at - row.begun }), false);
        row.verdict.after(limitsOf(event.server));
        return;
      }
      case 'failed':
        this.#failStep(row, event.at);
        this.#say(row.verdict, sentence(event.error, row.name), true);
    }
  }

  /** The runtime has rejected the request. */
  refused(status: number): void {
    const text = status === 429 ? sharedText('test.busy') : status === 401 ? sharedText('test.forbidden') : undefined;
    this.#say(this.#verdict, text ?? sharedText('test.unavailable', { status }), true);
  }

  #begin(servers: readonly string[], clientId: string): void {
    this.#verdict.text(sharedText('test.client', { clientId }));
    this.#rows = servers.map((name) => {
      const part = $('<div>').appendTo(this.#container);
      $('<b>').text(name).appendTo(part);
      const steps = $('<ul>').css({ listStyle: 'none', margin: '4px 0' }).appendTo(part);
      const verdict = $('<div>', { role: 'status' }).appendTo(part);
      return { name, steps, verdict, step: undefined, begun: 0 };
    });
  }

  #again(row: Row, version: 3 | 4, at: number): void {
    if (!row.step) return;
    this.#failStep(row, at);
    row.step = undefined;
    $('<li>')
      .text(sharedText('test.again', { version: VERSION_NAMES[version] }))
      .appendTo(row.steps);
  }

  #endStep({ step, begun }: Row, at: number): void {
    if (!step) return;
    setIcon(step, 'fa-check', 'success');
    addDetail(step, `${at - begun} ms`);
  }

  #failStep({ step, begun }: Row, at: number): void {
    if (!step) return;
    setIcon(step, 'fa-times', 'error');
    addDetail(step, `${at - begun} ms`);
  }

  #say(place: JQuery, text: string, failed: boolean): void {
    place.text(text).css('color', 'var(--red-ui-text-color-success)');
    if (failed) colorAsError(place);
  }
}

function sentence(error: ErrorReport, server: string): string {
  return errorSentence(error, { server }, sharedText);
}

function addStep(steps: JQuery, title: string): JQuery {
  const step = $('<li>').appendTo(steps);
  step.append($('<i>', { 'aria-hidden': 'true' }), ' ', $('<span>').text(title), $('<span>'));
  setIcon(step, 'fa-spinner fa-spin', undefined);
  return step;
}

function setIcon(step: JQuery, icon: string, outcome: 'success' | 'error' | undefined): void {
  const color = outcome ? `var(--red-ui-text-color-${outcome})` : '';
  step.children('i').attr('class', `fa fa-fw ${icon}`).css('color', color);
}

/** Text from outside is set as text, never as markup. */
function addDetail(step: JQuery | undefined, text: string): void {
  const details = step?.children('span').last();
  details?.text(`${details.text()}${details.text() === '' ? ': ' : ', '}${text}`);
}

function factText(fact: TestFact): string {
  switch (fact.kind) {
    case 'found':
      return fact.address;
    case 'reached':
      return sharedText('test.port', { address: fact.address, port: fact.port });
    case 'proxy':
      return fact.proxy;
    case 'encrypted':
      return fact.protocol;
    case 'certificate': {
      const { subject, issuer } = fact;
      const until = Number.isFinite(fact.until) ? dateText(fact.until) : '?';
      return sharedText('test.certificate', { subject, issuer, until });
    }
  }
}

/** A list of the limits of `server`. A server announces limits with MQTT 5 only. */
function limitsOf(server: TestedServer): JQuery {
  const list = $('<ul>').css({ margin: '4px 0 8px 24px' });
  for (const text of server.protocolVersion === 5 ? limits(server) : [sharedText('limits.untold')]) {
    $('<li>').text(text).appendTo(list);
  }
  return list;
}

function limits(server: TestedServer): string[] {
  const { maximumPacketSize: bytes, maximumQoS: qos, receiveMaximum: count } = server;
  const missing = [
    server.retainAvailable ? '' : sharedText('limits.noRetain'),
    server.wildcardSubscriptionAvailable ? '' : sharedText('limits.noWildcards'),
    server.sharedSubscriptionAvailable ? '' : sharedText('limits.noShared'),
    server.subscriptionIdentifiersAvailable ? '' : sharedText('limits.noIdentifiers'),
  ];
  return [
    sharedText('limits.qos', { qos }),
    sharedText('limits.receiveMaximum', { count }),
    bytes === undefined ? sharedText('limits.anySize') : sharedText('limits.size', { bytes }),
    ...missing.filter((text) => text !== ''),
  ];
}
