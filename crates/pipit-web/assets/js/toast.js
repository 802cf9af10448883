// Short messages at the foot of the window. They can be read out, reached by keyboard, and stay as
// long as somebody is at them.

import { make } from './dom.js'
import { say } from './say.js'

const SHOWN_MS = 7000

let region

// Shows a text, perhaps with a button that does something about it. `gone` is called once, with
// whether the button was pressed.
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
  const shut = make('button', { type: 'button', className: 'shut', onclick: () => close(false) }, '×')
  shut.ariaLabel = say('close')
  box.append(shut)
  for (const event of ['pointerenter', 'focusin']) box.addEventListener(event, hold)
  for (const event of ['pointerleave', 'focusout']) box.addEventListener(event, wait)
  region.append(box)
  wait()
  return close
}
