// The topics as a page of their own: Node-RED's editor in another tab of the browser, with nothing but the topics in sight. So
// it stands under the same path, behind the same login, and with the same permissions.

import { fieldsOf } from '../../core/values/plain-value';
import { readKept } from './kept-locally';
import { topicsText } from './topics-text';

const PARAMETER = 'mqtt-flows-topics';

/** Whether this page shall show nothing but the topics. */
export function isTopicsPage(): boolean {
  return new URLSearchParams(location.search).has(PARAMETER);
}

/** Opens the page in another tab of the browser. It goes on with the recording of this one. */
export function openTopicsPage(): void {
  const url = new URL(location.href);
  url.hash = '';
  url.search = new URLSearchParams({
    [PARAMETER]: JSON.stringify(readKept('recording', 'sessionStorage') ?? ''),
  }).toString();
  window.open(url, '_blank', 'noopener');
}

/** The recording that the address names. It is joined if it is running, and never started. */
export function recordingInAddress(): object {
  try {
    return fieldsOf(JSON.parse(new URLSearchParams(location.search).get(PARAMETER) ?? ''));
  } catch {
    return {};
  }
}

/** Covers the editor with `content`. */
export function showTopicsPage(content: JQuery): void {
  document.title = topicsText('sidebar.name');
  const page = $('<main>', { class: 'mqtt-flows-page' }).append(content).appendTo(document.body);
  // The shortcuts of the editor would change flows that nobody sees.
  page[0]?.addEventListener('keydown', (event) => event.stopPropagation());
}
