// The dialog of the router node.

import { outputMap } from '../core/routes/output-map';
import { parsePath } from '../core/values/template';
import { addFieldNote } from '../editor/fields/field-note';
import { fitListHeight } from '../editor/fields/list-height';
import { addSavedRows, listed, readRows, useAltArrows } from '../editor/fields/list-rows';
import { prepareMore, usualOf } from '../editor/fields/more';
import { contextKeyProblem } from '../editor/fields/property-problem';
import { sharedText } from '../editor/fields/shared-text';
import { nameTypedInput } from '../editor/fields/typed-input-name';
import { addRouteTrial } from '../editor/router/route-trial';
import { showRuleCounts } from '../editor/router/rule-counts';
import { addRuleRow, type RuleRow, type RuleValue, ruleProblem } from '../editor/router/rule-row';
import { type RouterConfig, routerDefaults } from '../settings/router.config';

const LIST = '#mqtt-flows-rules';

/** The settings that are rarely needed. */
const FOLDED = ['property', 'noTopic', 'dynamic'] as const;

/** What each output stands for, in order: the former place of a rule, or one of the two outputs at the end. */
type OutputName = number | 'dynamic' | 'otherwise' | undefined;

/** A hand-edited flow may lack properties that have defaults. */
function namesBefore({ rules, ...saved }: RouterConfig): OutputName[] {
  const { dynamic, otherwise } = saved as Partial<RouterConfig>;
  const ends = atTheEnd(dynamic ?? routerDefaults.dynamic, otherwise ?? routerDefaults.otherwise);
  return [...listed(rules).keys(), ...ends];
}

function atTheEnd(dynamic: boolean, otherwise: boolean): OutputName[] {
  return [...(dynamic ? ['dynamic' as const] : []), ...(otherwise ? ['otherwise' as const] : [])];
}

function propertyProblem(property: string): string | undefined {
  return property === '' || parsePath(property) ? undefined : sharedText('expected.path');
}

/** Where the routes of messages are kept, if anywhere. */
function keptRoutes(label: string): string[] {
  const type = $('#node-input-routesType').val();
  const kept = $('#node-input-dynamic').prop('checked') === true && type !== routerDefaults.routesType;
  return kept ? [`${label}: ${type}.${$('#node-input-routes').val()}`] : [];
}

RED.nodes.registerType<RouterConfig, object>('mqtt-flows-router', {
  category: 'MQTT',
  color: '#d8bfd8',
  defaults: {
    name: { value: routerDefaults.name },
    property: {
      value: routerDefaults.property,
      validate(property, _options) {
        return propertyProblem(property ?? '') ?? true;
      },
    },
    rules: {
      value: routerDefaults.rules,
      validate(rules, _options) {
        for (const [index, rule] of listed(rules).entries()) {
          const problem = ruleProblem(rule);
          if (problem !== undefined) return sharedText('fields.rule', { rule: index + 1, problem });
        }
        return true;
      },
    },
    match: { value: routerDefaults.match },
    dynamic: { value: routerDefaults.dynamic },
    routes: {
      value: routerDefaults.routes,
      validate(key, _options) {
        // The validator of one property does not know the types of the others.
        const { routesType = routerDefaults.routesType } = this as EditorNode & Partial<RouterConfig>;
        return contextKeyProblem(key, routesType) ?? true;
      },
    },
    routesType: { value: routerDefaults.routesType },
    otherwise: { value: routerDefaults.otherwise },
    noTopic: { value: routerDefaults.noTopic },
    outputs: { value: routerDefaults.outputs },
  },
  inputs: 1,
  outputs: routerDefaults.outputs,
  icon: 'mqtt-flows-router.svg',
  paletteLabel() {
    return this._('label.node');
  },
  label() {
    return this.name || this._('label.node');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    const name = namesBefore(this)[index];
    if (name === 'dynamic') return this._('label.dynamic');
    if (name === 'otherwise') return this._('label.otherwise');
    return listed(this.rules)[name ?? -1]?.filter;
  },
  oneditprepare() {
    const property = $('#node-input-property').typedInput({ types: ['msg'], default: 'msg' });
    property.typedInput('value', this.property || routerDefaults.property);
    nameTypedInput($('#mqtt-flows-property-row'), property);
    addFieldNote($('#mqtt-flows-property-row'), property, (text) => ({ problem: propertyProblem(text) }));
    const notKept = { value: 'none', label: this._('routesType.none'), hasValue: false };
    const routes = $('#node-input-routes').typedInput({
      types: [notKept, 'flow', 'global'],
      typeField: $('#node-input-routesType'),
      default: routerDefaults.routesType,
    });
    routes.typedInput('type', this.routesType || routerDefaults.routesType);
    nameTypedInput($('#mqtt-flows-routes-row'), routes);
    $('#node-input-noTopic').val(this.noTopic || routerDefaults.noTopic);
    $('#node-input-otherwise').prop('checked', namesBefore(this).includes('otherwise'));
    const dynamic = $('#node-input-dynamic');
    dynamic.on('change', () => $('#mqtt-flows-routes-row').toggle(dynamic.prop('checked') === true));
    const list = $(LIST).css({ minHeight: '150px' });
    const match = $('#node-input-match').val(this.match || routerDefaults.match);
    const showTrial = addRouteTrial($('#mqtt-flows-trial-row'), () => ({
      rules: readRows<RuleValue>(list),
      match: match.val() === 'first' ? 'first' : 'all',
    }));
    list.editableList<RuleRow>({
      addItem: (container, _index, row) => addRuleRow(container, row, showTrial),
      removeItem: showTrial,
      sortItems: showTrial,
      removable: true,
      sortable: true,
    });
    useAltArrows(list, showTrial);
    addSavedRows<RuleRow>(
      list,
      listed(this.rules).map((rule, output) => ({ ...rule, output })),
    );
    match.on('change', showTrial);
    const more = $('#mqtt-flows-router-more');
    // It shows what the routes of messages have taken.
    more.prop(
      'open',
      prepareMore(more, usualOf(routerDefaults, FOLDED), () => keptRoutes(this._('field.routes'))),
    );
    showRuleCounts(this.id, list, $('#mqtt-flows-dynamic-taken'), $('#mqtt-flows-otherwise-taken'));
  },
  oneditsave() {
    const rules = readRows<RuleValue>($(LIST));
    const isChecked = (selector: string): boolean => $(selector).prop('checked') === true;
    const ends = atTheEnd(isChecked('#node-input-dynamic'), isChecked('#node-input-otherwise'));
    const after = [...rules.map(({ output }) => output), ...ends];
    $('#node-input-outputs').val(outputMap(namesBefore(this), after));
    this.rules = rules.map(({ output: _output, ...rule }) => rule);
  },
  oneditresize({ height }) {
    fitListHeight($(LIST), height);
  },
});
