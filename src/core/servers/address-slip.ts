// What is most likely meant by an address of a server that cannot be one.

/** Host and port of an address that has a scheme. */
const AUTHORITY = /^[^/]*:\/\/([^/?#]*)/;
/** A scheme that is followed by less than `://`. A number alone would be the port of a host with such a name. */
const SCHEME_ALONE = /^(mqtts?|tcp|ssl|tls|wss?|https?|(mqtt\+)?unix)(:(?!\/\/|\d+([/?#]|$))|;|\/\/)/i;

/** A character that neither a host nor a port has, in an address with a scheme. */
export function strayCharacter(address: string): 'blank' | 'comma' | undefined {
  const authority = AUTHORITY.exec(address)?.[1] ?? '';
  if (/\s/.test(authority)) return 'blank';
  return authority.includes(',') ? 'comma' : undefined;
}

/** Whether a text that is no address begins with the name of a scheme, as `mqtt:/host` and `mqtt//host` do. */
export function lacksSlashes(text: string): boolean {
  return SCHEME_ALONE.test(text);
}
