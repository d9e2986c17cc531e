// Makes an editor dark, by the colours of a theme that people use.

import type { Page } from 'playwright-core';

/**
 * The colours of dialogs in the theme "dark" of @node-red-contrib-themes/theme-collection 3.0.6. MIT License, Copyright (c)
 * 2021-2022 Mauricio Bonani.
 */
const DARK = `:root {
  --red-ui-primary-background: #1e1e1e;
  --red-ui-secondary-background: #121212;
  --red-ui-secondary-background-selected: #222222;
  --red-ui-secondary-background-inactive: #212121;
  --red-ui-secondary-background-hover: #2b2b2b;
  --red-ui-secondary-background-disabled: #181818;
  --red-ui-tertiary-background: #1a1a1a;
  --red-ui-primary-text-color: #CCC;
  --red-ui-secondary-text-color: #999;
  --red-ui-secondary-text-color-focus: #BBB;
  --red-ui-secondary-text-color-hover: #BBB;
  --red-ui-secondary-text-color-active: #BBB;
  --red-ui-secondary-text-color-selected: #BBB;
  --red-ui-secondary-text-color-inactive: #BBB;
  --red-ui-secondary-text-color-disabled: #666;
  --red-ui-secondary-text-color-disabled-active: #888;
  --red-ui-secondary-text-color-disabled-inactive: #777;
  --red-ui-tertiary-text-color: #777;
  --red-ui-text-color-error: #AD1625;
  --red-ui-text-color-warning: #CAB200;
  --red-ui-text-color-success: #3a3;
  --red-ui-text-color-code: orange;
  --red-ui-text-color-link: #0088cc;
  --red-ui-primary-border-color: #3A3A3A;
  --red-ui-secondary-border-color: #4A4A4A;
  --red-ui-tertiary-border-color: #444;
  --red-ui-border-color-error: #DF2935;
  --red-ui-border-color-warning: #FFCF70;
  --red-ui-border-color-success: #4B8400;
  --red-ui-form-background: #121212;
  --red-ui-form-placeholder-color: #777;
  --red-ui-form-text-color: #CCC;
  --red-ui-form-text-color-disabled: #666;
  --red-ui-form-input-focus-color: rgba(85, 150, 230, 0.8);
  --red-ui-form-input-border-color: #444;
  --red-ui-form-input-border-selected-color: #777;
  --red-ui-form-input-border-error-color: rgb(214, 97, 95);
  --red-ui-form-input-background: #121212;
  --red-ui-form-input-background-disabled: #181818;
  --red-ui-form-button-background: #222222;
  --red-ui-form-tips-background: #1e1e1e;
  --red-ui-list-item-color: #CCC;
  --red-ui-list-item-secondary-color: #999;
  --red-ui-list-item-background: #121212;
  --red-ui-list-item-background-disabled: #212121;
  --red-ui-list-item-background-hover: #2b2b2b;
  --red-ui-list-item-background-selected: #222222;
  --red-ui-list-item-border-selected: #BBB;
  --red-ui-tab-text-color-active: #AAA;
  --red-ui-tab-text-color-inactive: #BBB;
  --red-ui-tab-text-color-disabled-active: #888;
  --red-ui-tab-text-color-disabled-inactive: #777;
  --red-ui-tab-badge-color: #777;
  --red-ui-tab-background: #121212;
  --red-ui-tab-background-active: #121212;
  --red-ui-tab-background-selected: #222222;
  --red-ui-tab-background-inactive: #212121;
  --red-ui-tab-background-hover: #2b2b2b;
  --red-ui-popover-background: #1e1e1e;
  --red-ui-popover-border: #121212;
  --red-ui-popover-color: #CCC;
  --red-ui-popover-button-border-color: #3A3A3A;
  --red-ui-popover-button-border-color-hover: #BBB;
  --red-ui-tab-icon-color: rgba(204, 204, 204, 0.2);
}`;

/** Turns the theme on or off. Node-RED 5 has a dark mode of its own, which it goes with. */
export async function darken(page: Page, dark: boolean): Promise<void> {
  const style = JSON.stringify(DARK);
  await page.evaluate(`{
    document.getElementById('dark-theme')?.remove();
    document.documentElement.classList.toggle('nr-theme-dark', ${dark});
    if (${dark}) $('<style>', { id: 'dark-theme', text: ${style} }).appendTo('head');
  }`);
}
