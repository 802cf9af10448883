// A tweet's pictures as large as the window: one beside the other, to be swiped, or gone through by
// arrow keys and buttons. Without this a picture leads to its tweet, and there to its file.

import { make } from './dom.js'
import { say } from './say.js'
import { show } from './over.js'

const slide = ({ alt, dataset: { whole } }) => {
  const link = make('a', { href: whole, textContent: say('picture_file') })
  const caption = make('figcaption', { dir: 'auto' }, `${alt} `, link)
  return make('figure', {}, make('img', { alt, loading: 'lazy', src: whole }), caption)
}

export const open = (pressed) => {
  const pictures = [...pressed.closest('.pics').querySelectorAll('img')]
  const all = pictures.length
  const slides = make('div', { className: 'slides', tabIndex: 0 }, ...pictures.map(slide))
  const dialog = show('viewer', say('pictures'), slides)
  // To the right, or from right to left.
  const forward = getComputedStyle(slides).direction === 'rtl' ? -1 : 1
  const now = () => Math.round(Math.abs(slides.scrollLeft) / slides.clientWidth)
  const go = (by, behavior) =>
    slides.scrollTo({ left: forward * (now() + by) * slides.clientWidth, behavior })
  if (all > 1) {
    const heading = dialog.querySelector('h2')
    heading.role = 'status'
    const tell = () => { heading.textContent = `${now() + 1} / ${all}` }
    slides.addEventListener('scroll', tell)
    for (const [className, text, by] of [['before', '‹', -1], ['after', '›', 1]]) {
      const properties = { type: 'button', className: `shut ${className}`, ariaLabel: say(className) }
      dialog.append(make('button', { ...properties, onclick: () => go(by) }, text))
    }
    tell()
  }
  const keys = { ArrowRight: forward, ArrowLeft: -forward, Home: -all, End: all }
  dialog.addEventListener('keydown', (event) => {
    if (!keys[event.key]) return
    event.preventDefault()
    go(keys[event.key])
  })
  slides.addEventListener('click', ({ target }) => target.tagName === 'FIGURE' && dialog.close())
  go(pictures.findIndex((picture) => pressed.contains(picture)), 'instant')
}
