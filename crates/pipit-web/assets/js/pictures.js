// Pictures in the composer: shown before they are sent, and taken from what is pasted or dropped.
// Drawn on a canvas, which needs no address that the content security policy would have to allow.

import { make } from './dom.js'

const SIZE = 96

const draw = async (input) => {
  const [file] = input.files
  let canvas = input.previousElementSibling
  input.parentElement.classList.toggle('full', Boolean(file))
  if (!file) {
    canvas?.remove()
    return
  }
  if (!canvas) {
    canvas = make('canvas', { width: SIZE, height: SIZE })
    input.before(canvas)
  }
  try {
    const picture = await createImageBitmap(file)
    // As it was set, it forgets what it showed before.
    canvas.width = SIZE
    const scale = SIZE / Math.min(picture.width, picture.height)
    const [width, height] = [picture.width * scale, picture.height * scale]
    canvas.getContext('2d').drawImage(picture, (SIZE - width) / 2, (SIZE - height) / 2, width, height)
  } catch {
    // What this browser cannot show, the server will have words for.
    canvas.remove()
  }
}

// Puts pictures into the places that are free.
export const take = (form, files) => {
  const pictures = [...files].filter((file) => file.type.startsWith('image/'))
  for (const input of form.querySelectorAll('input[type=file]')) {
    if (input.files.length > 0 || pictures.length === 0) continue
    const chosen = new DataTransfer()
    chosen.items.add(pictures.shift())
    input.files = chosen.files
    input.closest('details').open = true
    draw(input)
  }
}

export const start = (form) => {
  form.addEventListener('change', (event) => event.target.type === 'file' && draw(event.target))
  form.querySelectorAll('input[type=file]').forEach(draw)
}
