// Asks before something is done that cannot be undone, or that others notice.

import { notifyProblem } from './notify-problem';
import { topicsText } from './topics-text';

/** Shows `question`. `go` is called when the button with the text `confirm` is pressed; its failure is told. */
export function askFirst(question: JQuery, confirm: string, go: () => Promise<void>): void {
  const asked = RED.notify(question, {
    modal: true,
    fixed: true,
    buttons: [
      { text: topicsText('clear.cancel'), click: () => asked.close() },
      {
        text: confirm,
        class: 'primary',
        click: () => {
          asked.close();
          go().catch(notifyProblem);
        },
      },
    ],
  });
}
