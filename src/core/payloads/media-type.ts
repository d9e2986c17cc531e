// Content types (MQTT 5, section 3.3.2.3.9) as MIME has them: a type, and the charset of its text.

interface MediaType {
  /** In lower case, such as `application/json`. */
  readonly type: string;
  /** In lower case. */
  readonly charset?: string;
}

export function mediaTypeOf(contentType: string): MediaType {
  const end = contentType.indexOf(';');
  if (end < 0) return { type: contentType.trim().toLowerCase() };
  const type = contentType.slice(0, end).trim().toLowerCase();
  for (const parameter of contentType.slice(end + 1).split(';')) {
    const [name, value] = parameter.split('=', 2);
    if (name?.trim().toLowerCase() !== 'charset' || value === undefined) continue;
    return {
      type,
      charset: value
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase(),
    };
  }
  return { type };
}

/**
 * The value for `type`: under the whole type, then its suffix (`+json`, RFC 6838, section 4.2.8), then what stands
 * before the slash (`image/*`).
 */
export function findByMediaType<T>(values: ReadonlyMap<string, T>, type: string): T | undefined {
  const slash = type.indexOf('/');
  if (slash < 0) return undefined;
  const plus = type.lastIndexOf('+');
  const bySuffix = plus > slash ? values.get(type.slice(plus)) : undefined;
  return values.get(type) ?? bySuffix ?? values.get(`${type.slice(0, slash)}/*`);
}
