// The dialog of the router node.

import { addFieldNote } from '../editor/field-note';
import { fitListHeight } from '../editor/list-height';
import { keepReader, listed, readRows } from '../editor/list-rows';
import { sharedText } from '../editor/shared-text';
import { topicTemplateProblem } from '../editor/template-problem';
import { topicFilterNote, topicFilterProblem } from '../editor/topic-filter-problem';
import { type RouterConfig, type RuleConfig, routerDefaults, ruleDefaults } from './router.config';

const LIST = '#mqtt-flows-rules';

/** A row in the list: a rule, and the output that it had when the dialog opened. */
interface RuleRow extends Partial<RuleConfig> {
  readonly output?: number;
}

interface RuleValue extends RuleConfig {
  readonly output: number | undefined;
}

function addRow(container: JQuery, row: RuleRow, labels: { readonly rewrite: string }): void {
  const saved: RuleConfig = { ...ruleDefaults, filter: row.filter ?? '', topic: row.topic ?? '' };
  const filterLine = $('<div>').appendTo(container);
  const filter = $('<input>', {
    type: 'text',
    placeholder: sharedText('fields.filterExample'),
    'aria-label': sharedText('fields.filter'),
    spellcheck: false,
  })
    .css({ width: '100%' })
    .val(saved.filter)
    .appendTo(filterLine);
  addFieldNote(filterLine, filter, topicFilterNote);
  const topicLine = $('<div>').css({ marginTop: '4px' }).appendTo(container);
  const topic = $('<input>', {
    type: 'text',
    placeholder: labels.rewrite,
    'aria-label': labels.rewrite,
    spellcheck: false,
  })
    .css({ width: '100%' })
    .val(saved.topic)
    .appendTo(topicLine);
  addFieldNote(topicLine, topic, (text) => ({ problem: text === '' ? undefined : topicTemplateProblem(text) }));
  keepReader<RuleValue>(container, () => ({
    filter: String(filter.val()).trim(),
    topic: String(topic.val()).trim(),
    output: row.output,
  }));
}

/**
 * Tells Node-RED where the wires of each former output go: to its new place, or to -1 where it is gone. A key that is no
 * number stands for an output that is new.
 */
function outputMap(rules: readonly RuleValue[], before: RouterConfig, otherwise: boolean): string {
  const map: Record<string, number> = {};
  for (const output of listed(before.rules).keys()) map[output] = rules.findIndex((rule) => rule.output === output);
  for (const [output, rule] of rules.entries()) if (rule.output === undefined) map[`new${output}`] = output;
  if (before.otherwise) map[listed(before.rules).length] = otherwise ? rules.length : -1;
  else if (otherwise) map.otherwise = rules.length;
  return JSON.stringify(map);
}

RED.nodes.registerType<RouterConfig, object>('mqtt-flows-router', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: routerDefaults.name },
    rules: {
      value: routerDefaults.rules,
      validate(rules, _options) {
        for (const [index, { filter, topic }] of listed(rules).entries()) {
          const problem = topicFilterProblem(filter) ?? (topic ? topicTemplateProblem(topic) : undefined);
          if (problem !== undefined) return sharedText('fields.rule', { rule: index + 1, problem });
        }
        return true;
      },
    },
    match: { value: routerDefaults.match },
    otherwise: { value: routerDefaults.otherwise },
    outputs: { value: routerDefaults.outputs },
  },
  inputs: 1,
  outputs: routerDefaults.outputs,
  icon: 'mqtt-flows-router.svg',
  paletteLabel: 'topic router',
  label() {
    return this.name || 'topic router';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    return listed(this.rules)[index]?.filter ?? this._('label.otherwise');
  },
  oneditprepare() {
    const labels = { rewrite: this._('placeholder.rewrite') };
    const list = $(LIST)
      .css({ minHeight: '150px' })
      .editableList<RuleRow>({
        addItem: (container, _index, row) => addRow(container, row, labels),
        removable: true,
        sortable: true,
      });
    for (const [output, rule] of listed(this.rules).entries()) list.editableList('addItem', { ...rule, output });
  },
  oneditsave() {
    const rules = readRows<RuleValue>($(LIST));
    const otherwise = $('#node-input-otherwise').prop('checked') === true;
    $('#node-input-outputs').val(outputMap(rules, this, otherwise));
    this.rules = rules.map(({ filter, topic }) => ({ filter, topic }));
  },
  oneditresize({ height }) {
    fitListHeight($(LIST), height);
  },
});
