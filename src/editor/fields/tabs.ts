// The tabs of a dialog: Node-RED's own, with support for keyboards and screen readers.

/** A part of the form, and the label of its tab. */
export interface Pane {
  /** The id of the element that the tab shows. */
  readonly id: string;
  readonly label: string;
}

/**
 * Makes tabs for `panes` in the empty list `#<list>`, and shows the first. As the ARIA practices for tabs say, Tab
 * reaches the chosen tab; the arrow keys, Home and End choose another. Returns a function that chooses the tab of a pane.
 */
export function createTabs(list: string, panes: readonly Pane[]): (pane: string) => void {
  const links = (): JQuery => $(`#${list}`).find('a.red-ui-tab-label');
  const mark = (id: string): void => {
    links().each((index, link) => {
      const chosen = panes[index]?.id === id;
      $(link).attr({ 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
    });
  };
  const tabs = RED.tabs.create({
    id: list,
    onchange: ({ id }) => {
      for (const pane of panes) $(`#${pane.id}`).toggle(pane.id === id);
      mark(id);
      // Lists measure their size, which is impossible while they are hidden.
      $(window).trigger('resize');
    },
  });
  for (const { id, label } of panes) {
    $(`#${id}`).attr({ role: 'tabpanel', 'aria-label': label }).hide();
    tabs.addTab({ id, label });
  }
  $(`#${list}`).attr('role', 'tablist').children().attr('role', 'presentation');
  links().each((index, link) => {
    const id = panes[index]?.id ?? '';
    $(link).attr({ role: 'tab', 'aria-controls': id });
    // Node-RED treats quick clicks on two tabs as a double click and would ignore the second.
    link.addEventListener('click', () => tabs.activateTab(id));
    link.addEventListener('keydown', (event) => {
      const next = nextShown(event.key, index, links());
      const pane = next === undefined ? undefined : panes[next];
      if (next === undefined || !pane) return;
      event.preventDefault();
      tabs.activateTab(pane.id);
      links().eq(next).trigger('focus');
    });
  });
  const [first] = panes;
  if (first) {
    tabs.activateTab(first.id);
    // Node-RED has chosen it when there were no others yet.
    mark(first.id);
  }
  // The width is known only when the dialog is shown.
  setTimeout(() => tabs.resize(), 0);
  return (pane) => {
    tabs.activateTab(pane);
    links().filter(`[aria-controls="${pane}"]`).trigger('focus');
  };
}

/** Shows or hides the tab of the pane `id`, which is not the first. The first is chosen when the hidden one was. */
export function showTab(list: string, id: string, shown: boolean): void {
  const tabs = $(`#${list} > li`);
  const tab = tabs.has(`a[aria-controls="${id}"]`);
  const wasChosen = tab.hasClass('active');
  tab.toggle(shown);
  if (!shown && wasChosen) tabs.first().find('a.red-ui-tab-label').get(0)?.click();
}

/** As nextIndex(), past tabs that are hidden. */
function nextShown(key: string, index: number, links: JQuery): number | undefined {
  const shown = links.toArray().flatMap((link, at) => ($(link).closest('li').css('display') === 'none' ? [] : [at]));
  const next = nextIndex(key, shown.indexOf(index), shown.length);
  return next === undefined ? undefined : shown[next];
}

/** The index of the tab that a key chooses, from the tab at `index`; undefined for other keys. */
function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'Enter':
    case ' ':
      return index;
    default:
      return undefined;
  }
}
