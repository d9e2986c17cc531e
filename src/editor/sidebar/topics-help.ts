// What the topics sidebar can do, for Node-RED's help sidebar. That knows the help of nodes alone.

import { topicsText } from './topics-text';

/** Shows it there. */
export function showTopicsHelp(): void {
  const parts: readonly [string, string][] = [
    [topicsText('help.start'), topicsText('help.startText')],
    [topicsText('help.tree'), topicsText('help.treeText')],
    [topicsText('help.search'), topicsText('help.searchText')],
    [topicsText('help.message'), topicsText('help.messageText')],
    [topicsText('help.publish'), topicsText('help.publishText')],
    [topicsText('help.retained'), topicsText('help.retainedText')],
    [topicsText('help.nodes'), topicsText('help.nodesText')],
    [topicsText('help.recordings'), topicsText('help.recordingsText')],
  ];
  const content = $('<div>').append(
    $('<p>').text(topicsText('help.intro')),
    ...parts.flatMap(([title, text]) => [$('<h3>').text(title), $('<p>').text(text)]),
  );
  RED.sidebar.help.set(content.html(), topicsText('help.title'));
}
