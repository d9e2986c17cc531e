// Hands the browser a file to save.

/** Saves `content` under `name`, as the browser saves what is downloaded. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  $('<a>', { href: url, download: name })[0]?.click();
  URL.revokeObjectURL(url);
}
