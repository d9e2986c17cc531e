// Parsed filters and templates for tests that are not about parsing.

import assert from 'node:assert/strict';
import { parseTopicFilter, type TopicFilter } from '#src/core/topics/topic-filter';
import { parseTemplate, type Template } from '#src/core/values/template';

export function filterOf(text: string): TopicFilter {
  const result = parseTopicFilter(text);
  assert.ok(result.ok, `"${text}" is a topic filter`);
  return result.filter;
}

export function templateOf(text: string): Template {
  const result = parseTemplate(text);
  assert.ok(result.ok, `"${text}" is a template`);
  return result.template;
}
