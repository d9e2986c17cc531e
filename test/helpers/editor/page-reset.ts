// Brings an open editor back to how it was after it was loaded. Loading it costs seconds of CPU, a reset a fraction of one.

import type { Page } from 'playwright-core';

/** The part of Node-RED's editor that is used here, and its jQuery. */
declare const RED: {
  readonly nodes: {
    version(revision: string | null): void;
    clear(): void;
    import(flows: readonly object[]): void;
    workspace(id: string): object | undefined;
    dirty(changed?: boolean): boolean;
  };
  readonly history: { clear(): void; depth(): number };
  readonly view: { redraw(all: boolean): void; selection(): object; scale(): number };
  readonly sidebar: { show(tab: string): void; removeTab(tab: string): void; readonly info: { refresh(): void } };
  readonly actions: { invoke(name: string): void; remove(name: string): void };
  readonly plugins: { getPlugin(id: string): { onadd(): void } };
  readonly comms: {
    subscribe(topic: string, handler: () => void): void;
    unsubscribe(topic: string, handler: () => void): void;
  };
};

/**
 * Takes the flows out of the page, in the way in which Node-RED changes to another project. Without a revision, the page
 * takes no notice of what is deployed meanwhile. False if the page shows something else than the editor.
 */
export async function clearFlows(page: Page): Promise<boolean> {
  await page.unrouteAll();
  if (!(await page.evaluate(() => 'RED' in window))) return false;
  await page.evaluate(() => {
    // The dialogs that are open, the innermost first: it covers the others.
    for (const tray of [...document.querySelectorAll('.red-ui-tray')].reverse())
      tray.querySelector<HTMLElement>('#node-dialog-cancel, #node-config-dialog-cancel')?.click();
    RED.nodes.version(null);
    for (const note of document.querySelectorAll<HTMLElement & { close?(): void }>('.red-ui-notification'))
      note.close?.();
    RED.nodes.clear();
    RED.history.clear();
    RED.view.redraw(true);
    RED.sidebar.show('info');
    document.documentElement.classList.remove('nr-theme-dark');
    localStorage.clear();
    sessionStorage.clear();
  });
  // Away from what shows a tooltip under the mouse.
  await page.mouse.move(0, 0);
  return true;
}

/** Waits for the answers that the page waits for, which would reach the next test. */
export async function settleRequests(page: Page): Promise<void> {
  await page.waitForFunction('$.active === 0 && fetchesUnderWay === 0');
}

/** Puts a new topics sidebar in place of one that has been used: that has been shown, which fills its list of brokers. */
export async function renewTopicsSidebar(page: Page): Promise<void> {
  await page.evaluate(() => {
    if ($('.mqtt-flows-topics .mqtt-flows-toolbar select:first option').length === 0) return;
    // A recording would go on for some seconds after the page is left. The button says whether there is one.
    $('.mqtt-flows-topics .mqtt-flows-start.mqtt-flows-stops').trigger('click');
    dispatchEvent(new Event('pagehide'));
    RED.sidebar.removeTab('mqtt-flows-topics');
    // It adds them again.
    for (const action of ['mqtt-flows:show-topics-tab', 'mqtt-flows:connect-now']) RED.actions.remove(action);
    RED.plugins.getPlugin('mqtt-flows-topics').onadd();
  });
}

/** Loads the flows that are deployed now, as a page does when it is opened. */
export async function loadFlows(page: Page): Promise<void> {
  await page.evaluate(async () => {
    RED.actions.invoke('core:clear-debug-messages');
    const { flows, rev } = await $.ajax({ url: 'flows', cache: false, headers: { Accept: 'application/json' } });
    RED.nodes.version(rev);
    RED.nodes.import(flows);
    RED.nodes.dirty(false);
    RED.view.redraw(true);
    RED.sidebar.info.refresh();
    // The states of nodes came while there were none. Node-RED tells them again to who subscribes.
    const again = (): void => {};
    RED.comms.subscribe('status/#', again);
    RED.comms.unsubscribe('status/#', again);
  });
}

/**
 * What a test may have left behind: whatever is in sight but the flows, what is selected, and what would be undone. Equal
 * for a page that has been loaded and for one that has been reset.
 */
export function traces(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { className, children } = document.body;
    // Node-RED measures texts in elements above the window, which it keeps.
    const inSight = (part: Element): boolean => part.checkVisibility() && part.getBoundingClientRect().bottom >= 0;
    // Not jQuery's :visible, which it asks of many elements that no other part of the selector fits.
    const seen = (selector: string): HTMLElement[] =>
      [...document.querySelectorAll<HTMLElement>(selector)].filter((part) => part.checkVisibility());
    const parts = [...children, ...document.querySelectorAll('#red-ui-editor > *, #red-ui-main-container > *')];
    const chart = document.querySelector('#red-ui-workspace-chart');
    return JSON.stringify({
      themes: [document.documentElement.className, className],
      inSight: parts.filter(inSight).map(({ tagName, id }) => `${tagName}#${id}`),
      open:
        document.querySelectorAll('.red-ui-tray, .red-ui-notification').length +
        seen('.ui-dialog, .red-ui-popover, .red-ui-menu').length,
      // The second part finds those of Node-RED 5. Its flows have tabs, too.
      tabs: seen('.red-ui-tabs li.active, .red-ui-sidebar-tab-bar button.selected')
        .map((tab) => tab.dataset.tabId ?? tab.id.replace('red-ui-tab-', ''))
        .filter((id) => !RED.nodes.workspace(id)),
      sidebar: [$('.mqtt-flows-topics .mqtt-flows-toolbar select:first option').length, $('#red-ui-sidebar').width()],
      selected: RED.view.selection(),
      undo: RED.history.depth(),
      changed: RED.nodes.dirty(),
      zoom: [RED.view.scale(), chart?.scrollLeft, chart?.scrollTop],
    });
  });
}
