// Times, dates and numbers in the language of the editor, which need not be that of the browser.

function language(): string {
  return RED.i18n.lang();
}

/** A formatter for that language, made once, when it is first used: the language is not known before. */
export function inLanguage<Format>(make: (language: string) => Format): () => Format {
  let made: Format | undefined;
  return () => {
    made ??= make(language());
    return made;
  };
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

/** With at most `digits` after the decimal separator. */
export function numberText(number: number, digits = 3): string {
  return number.toLocaleString(language(), { maximumFractionDigits: digits });
}
