// Cuts the blanks around what is pasted into a field: they are copied by mistake, and hardly visible.

/** Does so for `input`. */
export function trimPasted(input: JQuery): void {
  input.get(0)?.addEventListener('paste', (event) => {
    const pasted = event.clipboardData?.getData('text') ?? '';
    const field = event.target;
    if (pasted === pasted.trim() || !(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    field.setRangeText(pasted.trim(), field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
