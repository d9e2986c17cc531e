// A payload that is a picture. It is data for an image element and nothing else, so nothing in it is executed.

import { MOST_PIXELS, type Picture } from '../../core/sidebar/picture';
import { topicsText } from './topics-text';

/** `payload` is in base64. */
export function pictureView({ mediaType, size }: Picture, payload: string): JQuery {
  if (size && size.width * size.height > MOST_PIXELS) {
    return $('<div>', { class: 'mqtt-flows-hint', text: topicsText('picture.tooLarge', { ...size }) });
  }
  const name = mediaType.slice('image/'.length).toUpperCase();
  const caption = size ? `${name} · ${size.width} × ${size.height}` : name;
  // The type is one of four that were recognised, never what the message says.
  const image = $('<img>', { class: 'mqtt-flows-picture', alt: caption, src: `data:${mediaType};base64,${payload}` });
  const said = $('<figcaption>', { class: 'mqtt-flows-facts', text: caption });
  image.on('error', () => said.text(topicsText('picture.broken', { name })));
  return $('<figure>', { class: 'mqtt-flows-picture-box' }).append(image, said);
}
