// A small HTML reader that checks whether our hand-written markup is well-formed.

const COMMENT = /<!--.*?-->/gs;
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi;
const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'wbr']);

/** The faults in the tags of `html`, one line each; empty when each tag is closed in the right place. */
export function tagFaults(html: string): string[] {
  const text = html.replace(COMMENT, '');
  const open: string[] = [];
  const faults: string[] = [];
  for (const [tag, slash = '', name = '', attributes = ''] of text.matchAll(TAG)) {
    if (VOID.has(name) || attributes.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else faults.push(`${tag} closes nothing; open: ${open.join(' ')}`);
  }
  if (text.replace(TAG, '').includes('<')) faults.push('a < that begins no tag');
  return [...faults, ...open.map((name) => `<${name}> is never closed`)];
}

/** The text between each `<name …>` and `</name>`, with its attributes before it. */
export function elements(html: string, name: string): { attributes: string; content: string }[] {
  const pattern = new RegExp(`<${name}((?:\\s[^>]*)?)>(.*?)</${name}>`, 'gs');
  return [...html.matchAll(pattern)].map(([, attributes = '', content = '']) => ({ attributes, content }));
}
