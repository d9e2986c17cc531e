// Checks a part of a page with axe-core for faults that keep people from using it.

import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';

/** The part of axe-core's result that is used here. */
interface Answer {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** The globals that the script below adds to the page. */
declare const axe: { run(element: unknown, options: object): Promise<Answer> };

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * The serious and critical faults below `part`, one line each: the rule and the element. `rules` are the rules to check, all
 * without them.
 */
export async function accessibilityFaults(part: Locator, rules?: readonly string[]): Promise<string[]> {
  const page = part.page();
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
  const { violations } = await part.evaluate(
    // Node-RED hides fields in each form that keep browsers from filling in passwords.
    (element, runOnly) =>
      axe.run(
        { include: [element], exclude: ['[id^="red-ui-trap-"]'] },
        { resultTypes: ['violations'], ...(runOnly && { runOnly }) },
      ),
    rules,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
