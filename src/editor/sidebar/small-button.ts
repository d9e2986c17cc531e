// A small button with a picture, in Node-RED's style.

/** `icon` is the name in Font Awesome 4. */
export function button(icon: string, label: string, pressed: () => void): JQuery {
  return $('<button>', {
    type: 'button',
    class: 'red-ui-button red-ui-button-small',
    title: label,
    'aria-label': label,
  })
    .append($('<i>', { class: `fa ${icon}`, 'aria-hidden': 'true' }))
    .on('click', pressed);
}
