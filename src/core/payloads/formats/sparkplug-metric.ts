// One metric of a Sparkplug payload, read and made, with the values that hold others: data sets, templates, properties.

import { isRecord, recordAt } from '../../values/plain-value';
import { nameKey } from '../sparkplug-births';
import type { SparkplugType } from './sparkplug-schema';
import {
  type Fields,
  simpleField,
  simpleValue,
  typeName,
  typeNumber,
  typeOfValue,
  type ValueReading,
} from './sparkplug-value';

/** What a birth has said of a metric. */
export interface FoundMetric {
  readonly name: string;
  readonly datatype: number | undefined;
}

/** A metric as a flow sees it. Without a name nothing is known of its alias. */
interface SparkplugMetric {
  readonly name?: string;
  readonly alias?: number | string;
  readonly type: SparkplugType;
  readonly value: unknown;
  /** ms since 1970 */
  readonly timestamp?: number;
  readonly properties?: Readonly<Record<string, SparkplugProperty>>;
  readonly metadata?: unknown;
  readonly historical?: true;
  readonly transient?: true;
}

interface SparkplugProperty {
  readonly type: SparkplugType;
  readonly value: unknown;
}

/** While it is made: a payload may have thousands, so no object is copied on the way. */
type Draft = { -readonly [Name in keyof SparkplugMetric]: SparkplugMetric[Name] };

/** `born` finds what a birth has said of an alias, or of a name under the key of names. */
export function metricOf(
  fields: Fields,
  born: (alias: string) => FoundMetric | undefined,
  reading: ValueReading,
): SparkplugMetric {
  const { name: own, alias, datatype, timestamp, metadata, properties } = fields;
  const isNamed = typeof own === 'string';
  const known = isNamed && datatype !== undefined ? undefined : born(isNamed ? nameKey(own) : String(alias));
  const name = isNamed ? own : known?.name;
  const type = typeName(datatype ?? known?.datatype);
  const value = fields.is_null === true ? null : (metricValue(fields, type, born, reading) ?? null);
  const metric: Draft = name === undefined ? { type, value } : { name, type, value };
  if (alias !== undefined) metric.alias = aliasOf(alias);
  if (timestamp !== undefined) metric.timestamp = Number(timestamp);
  if (properties !== undefined) metric.properties = propertiesOf(properties as Fields, reading);
  if (metadata !== undefined) metric.metadata = plainNumbers(metadata as Fields);
  if (fields.is_historical === true) metric.historical = true;
  if (fields.is_transient === true) metric.transient = true;
  return metric;
}

function aliasOf(alias: unknown): number | string {
  const number = Number(alias);
  return Number.isSafeInteger(number) ? number : String(alias);
}

function metricValue(
  fields: Fields,
  type: SparkplugType,
  born: (alias: string) => FoundMetric | undefined,
  reading: ValueReading,
): unknown {
  const { dataset_value: dataset, template_value: template } = fields;
  if (dataset !== undefined) return dataSetOf(dataset as Fields, reading);
  if (template === undefined) return simpleValue(fields, type, reading);
  const { version, template_ref: templateRef, is_definition: isDefinition } = template as Fields;
  const { metrics = [], parameters = [] } = template as { metrics?: readonly Fields[]; parameters?: readonly Fields[] };
  return {
    ...(version === undefined ? {} : { version }),
    ...(templateRef === undefined ? {} : { templateRef }),
    isDefinition: isDefinition === true,
    metrics: metrics.map((metric) => metricOf(metric, born, reading)),
    parameters: parameters.map((parameter) => {
      const parameterType = typeName(parameter.type);
      const value = simpleValue(parameter, parameterType, reading) ?? null;
      return { name: parameter.name, type: parameterType, value };
    }),
  };
}

function dataSetOf(dataset: Fields, reading: ValueReading): unknown {
  const types = ((dataset.types ?? []) as readonly unknown[]).map(typeName);
  const rows = (dataset.rows ?? []) as readonly { readonly elements?: readonly Fields[] }[];
  return {
    columns: dataset.columns ?? [],
    types,
    rows: rows.map(({ elements = [] }) =>
      elements.map((element, index) => simpleValue(element, types[index] ?? 'Unknown', reading) ?? null),
    ),
  };
}

function propertiesOf(set: Fields, reading: ValueReading): Record<string, SparkplugProperty> {
  const { keys = [], values = [] } = set as { keys?: readonly string[]; values?: readonly Fields[] };
  return Object.fromEntries(keys.map((key, index) => [key, propertyOf(values[index] ?? {}, reading)]));
}

function propertyOf(fields: Fields, reading: ValueReading): SparkplugProperty {
  const type = typeName(fields.type);
  if (fields.is_null === true) return { type, value: null };
  const { propertyset_value: set, propertysets_value: list } = fields;
  if (set !== undefined) return { type, value: propertiesOf(set as Fields, reading) };
  if (list !== undefined) {
    const sets = ((list as Fields).propertyset ?? []) as readonly Fields[];
    return { type, value: sets.map((one) => propertiesOf(one, reading)) };
  }
  return { type, value: simpleValue(fields, type, reading) ?? null };
}

function plainNumbers(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** The Protobuf fields of a metric that a flow has made; throws where it is wrong, with its place. */
export function metricFields(metric: unknown, path: string): Fields {
  const { name, alias, type, value, timestamp, properties, metadata, historical, transient } = recordAt(metric, path);
  const named = type === undefined || type === 'Unknown' ? typeOfValue(value) : typeName(typeNumber(type));
  const isNull = value === null || value === undefined;
  return {
    name,
    alias,
    timestamp,
    // Without a value there is none to tell the type by.
    ...(isNull && type === undefined ? {} : { datatype: typeNumber(named) }),
    metadata,
    ...(historical === true && { is_historical: true }),
    ...(transient === true && { is_transient: true }),
    ...(properties === undefined ? {} : { properties: propertyFields(properties, `${path}.properties`) }),
    ...(isNull ? { is_null: true } : valueFields(value, named, `${path}.value`)),
  };
}

function valueFields(value: unknown, type: SparkplugType, path: string): Fields {
  if (type === 'DataSet') return { dataset_value: dataSetFields(value, path) };
  if (type === 'Template') return { template_value: templateFields(value, path) };
  return simpleField(value, type, path);
}

function dataSetFields(value: unknown, path: string): Fields {
  const { columns, types, rows } = recordAt(value, path);
  const numbers = listOf(types, `${path}.types`).map(typeNumber);
  return {
    num_of_columns: numbers.length,
    columns: listOf(columns, `${path}.columns`),
    types: numbers,
    rows: listOf(rows, `${path}.rows`).map((row, index) => ({
      elements: listOf(row, `${path}.rows[${index}]`).map((element, column) =>
        element === null ? {} : simpleField(element, typeName(numbers[column]), `${path}.rows[${index}][${column}]`),
      ),
    })),
  };
}

function templateFields(value: unknown, path: string): Fields {
  const { version, templateRef, isDefinition, metrics = [], parameters = [] } = recordAt(value, path);
  return {
    version,
    template_ref: templateRef,
    is_definition: isDefinition === true,
    metrics: listOf(metrics, `${path}.metrics`).map((metric, index) =>
      metricFields(metric, `${path}.metrics[${index}]`),
    ),
    parameters: listOf(parameters, `${path}.parameters`).map((parameter, index) => {
      const at = `${path}.parameters[${index}]`;
      const { name, type, value: own } = recordAt(parameter, at);
      return {
        name,
        type: typeNumber(type),
        ...(own === null ? {} : simpleField(own, typeName(typeNumber(type)), at)),
      };
    }),
  };
}

/** A property is `{ type, value }`, or its value alone. */
function propertyFields(properties: unknown, path: string): Fields {
  const entries = Object.entries(recordAt(properties, path));
  return {
    keys: entries.map(([key]) => key),
    values: entries.map(([key, property]) => {
      const typed = isRecord(property) && 'type' in property && 'value' in property;
      const value: unknown = typed ? property.value : property;
      const type = typed ? typeName(typeNumber(property.type)) : typeOfValue(value);
      return { type: typeNumber(type), ...propertyField(value, type, `${path}.${key}`) };
    }),
  };
}

function propertyField(value: unknown, type: SparkplugType, path: string): Fields {
  if (value === null) return { is_null: true };
  if (type === 'PropertySet') return { propertyset_value: propertyFields(value, path) };
  if (type !== 'PropertySetList') return simpleField(value, type, path);
  return { propertysets_value: { propertyset: listOf(value, path).map((set) => propertyFields(set, path)) } };
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${path} wants an array`);
  return value;
}
