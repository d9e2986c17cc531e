// Lines of a dialog that follow what the runtime says, while they are in sight.

/** ms between two questions */
const PACE = 2000;
/** ms after a change until the next question */
const PAUSE = 400;

export interface LiveLines {
  /** Whether somebody sees the lines. */
  isOpen(): boolean;
  ask(): Promise<readonly string[]>;
}

/** Whether the user may ask what the runtime makes of entered settings: it reads and evaluates as a deploy does. */
export function mayTry(): boolean {
  return RED.user.hasPermission('mqtt-flows.read') && RED.user.hasPermission('flows.write');
}

/** Adds the lines to `parent`. They are asked for at intervals, and after each change in `watched`. */
export function showLiveLines(parent: JQuery, watched: JQuery, { isOpen, ask }: LiveLines): JQuery {
  const lines = $('<div>', { 'aria-live': 'polite' })
    .css({ fontSize: '12px', marginTop: '4px', overflowWrap: 'anywhere' })
    .appendTo(parent);
  let timer: number | undefined;
  /** Changes with each question and each change in `watched`: an answer to earlier settings is not shown. */
  let turn = 0;
  // False once the dialog is closed, or the row removed.
  const stands = (): boolean => document.body.contains(lines[0] ?? null);
  const again = (delay: number): void => {
    window.clearTimeout(timer);
    if (stands()) timer = window.setTimeout(() => void next(), delay);
  };
  const next = async (): Promise<void> => {
    if (!stands()) return;
    const own = ++turn;
    const texts = isOpen() && !document.hidden ? await ask() : undefined;
    // A later question has another answer, and follows by itself.
    if (own !== turn) return;
    if (texts) show(lines, texts);
    again(PACE);
  };
  watched.on('input change toggle', () => {
    turn++;
    again(PAUSE);
  });
  // The dialog is not in the document yet.
  timer = window.setTimeout(() => void next(), PAUSE);
  return lines;
}

/** A screen reader reads what is set, even if it is the same. */
function show(lines: JQuery, texts: readonly string[]): void {
  const whole = texts.join('\n');
  if (whole === lines.data('shown')) return;
  lines.data('shown', whole).empty();
  for (const text of texts) lines.append($('<div>').text(text));
}
