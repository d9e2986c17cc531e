// A field for what to search for. It waits until the user pauses.

/** Delay in ms between the last key and the search. */
const TYPING = 200;

/** `changed` gets the text without blanks around it. */
export function searchField(label: string, tip: string, changed: (text: string) => void): JQuery {
  const field = $('<input>', { type: 'search', spellcheck: false });
  field.attr({ 'aria-label': label, placeholder: label, title: tip });
  let timer: ReturnType<typeof setTimeout> | undefined;
  field.on('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => changed(String(field.val()).trim()), TYPING);
  });
  return field;
}
