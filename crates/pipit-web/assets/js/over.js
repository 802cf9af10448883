// What lies over the page: windows, and short messages at its foot.

import { make } from './dom.js'
import { say } from './say.js'

const SHOWN_MS = 7000

const shutter = (onclick) =>
  make('button', { type: 'button', className: 'shut', ariaLabel: say('close'), onclick }, '×')

// Escape, its × and a press beside it shut a window, and then it is gone.
export const show = (className, title, ...inside) => {
  const dialog = make('dialog', { className, ariaLabel: title })
  const heading = make('h2', { textContent: title })
  dialog.append(make('header', {}, heading, shutter(() => dialog.close())), ...inside)
  dialog.addEventListener('close', () => dialog.remove())
  // A press beside the window is one on the dialog itself; it has to begin there, too.
  let down
  dialog.addEventListener('pointerdown', ({ target }) => { down = target })
  dialog.addEventListener('click', ({ target }) => target === dialog && down === dialog && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

let region

// Shows a text, perhaps with a button that does something about it. `gone` is called once, with
// whether the button was pressed. It can be read out, reached by keyboard, and stays as long as
// somebody is at it.
export const toast = (text, { label, href, action, gone } = {}) => {
  if (!region) {
    region = make('div', { className: 'toasts', role: 'status' })
    document.body.append(region)
  }
  const box = make('div', { className: 'toast' }, make('p', { textContent: text }))
  let left = SHOWN_MS
  let timer
  let since
  const close = (pressed) => {
    if (!box.isConnected) return
    clearTimeout(timer)
    box.remove()
    gone?.(pressed)
  }
  const wait = () => {
    clearTimeout(timer)
    since = Date.now()
    timer = setTimeout(close, left, false)
  }
  const hold = () => {
    clearTimeout(timer)
    left = Math.max(left - (Date.now() - since), 2000)
  }
  if (href) box.append(make('a', { textContent: label, href }))
  else if (label) {
    const press = () => {
      close(true)
      action?.()
    }
    box.append(make('button', { type: 'button', textContent: label, onclick: press }))
  }
  box.append(shutter(() => close(false)))
  for (const event of ['pointerenter', 'focusin']) box.addEventListener(event, hold)
  for (const event of ['pointerleave', 'focusout']) box.addEventListener(event, wait)
  region.append(box)
  wait()
  return close
}
