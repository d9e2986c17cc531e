// Times, dates and numbers in the language of the editor, which need not be that of the browser.

function language(): string {
  return RED.i18n.lang();
}

/** The time of day of `time`, in ms since the epoch. */
export function timeText(time: number | Date): string {
  return new Date(time).toLocaleTimeString(language());
}

/** The date of `time`, in ms since the epoch. */
export function dateText(time: number | Date): string {
  return new Date(time).toLocaleDateString(language());
}

/** Date and time of day of `time`, in ms since the epoch. */
export function dateTimeText(time: number | Date): string {
  return new Date(time).toLocaleString(language());
}

export function numberText(number: number): string {
  return number.toLocaleString(language());
}
