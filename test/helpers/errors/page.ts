// The page docs/errors.md: every error code with its sentence, as the locales have it, and what to do.

import { catalogue } from '../package/catalogues';
import { ERROR_GROUPS, type ErrorGroup } from './remedies';

const INTRODUCTION = `# Error codes

Every error of the nodes has a code. A Catch node gets it as \`msg.error.code\`, the Debug sidebar shows it beside the message, and
a failed connection has it in the line of the log: \`[connection-refused]\`. This page says what to do. Add the code to its address to get
there: \`errors.md#connection-refused\`. Below the code stands what the status of a node shows for it. Words *like this* are filled in
when the error occurs.

\`npm run docs\` makes this page of the sentences that the nodes use, in English and German.
`;

/** The page as Markdown. */
export function errorsPage(): string {
  const english = catalogue('en-US', 'broker');
  const german = catalogue('de', 'broker');
  const row = ([code, remedy]: [string, string]): string => {
    const says = [english, german].map((texts) => cell(texts.get(`errors.${code}`) ?? ''));
    // Flows compare the text of a lost connection, so its status is Node-RED's own.
    const status = code === 'connection-lost' ? 'disconnected' : code;
    const badges = [english, german].flatMap((texts) => texts.get(`status.${status}`) ?? []);
    const badge = badges.length === 0 ? '' : `<br><sub>${badges.join(' / ')}</sub>`;
    return `| <a id="${code}"></a>\`${code}\`${badge} | ${says.join('<br><sub>')}</sub> | ${remedy} |`;
  };
  const section = ({ title, remedies }: ErrorGroup): string =>
    [
      `## ${title}`,
      '',
      '| code | what the node says | what to do |',
      '|---|---|---|',
      ...Object.entries(remedies).map(row),
      '',
    ].join('\n');
  return [INTRODUCTION, ...ERROR_GROUPS.map(section)].join('\n');
}

/** A sentence in a cell of a table, with its values in italics. */
function cell(sentence: string): string {
  return sentence.replace(/__(\w+?)__/g, '*$1*').replaceAll('|', '\\|');
}
