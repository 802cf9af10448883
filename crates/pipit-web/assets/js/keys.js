// Single keys that do things, as people know them from elsewhere. They can be turned off in the
// settings, and do nothing while one writes.

import { lead, make } from './dom.js'
import { say } from './say.js'
import { show } from './over.js'

const GO_MS = 1500
const TWEETS = 'main article[id]'

let current
let going = 0

export const begin = () => {
  document.addEventListener('keydown', (event) => {
    const { target, key } = event
    const writes = target.closest?.('input, textarea, select, [contenteditable], dialog')
    if (writes || event.ctrlKey || event.metaKey || event.isComposing) return
    // As ARIA has it for feeds, with Alt so that a page can still be turned.
    if (event.altKey) {
      if (PAGES[key]?.()) event.preventDefault()
      return
    }
    const action = Date.now() - going < GO_MS ? GO[key] : KEYS[key]
    going = 0
    if (action?.(event)) event.preventDefault()
  })
}

// The item one is at: the focused one, else the last one come to that is still seen.
const here = () => {
  const focused = document.activeElement?.closest?.(TWEETS)
  if (focused) return focused
  const { top = -1, bottom = -1 } = current?.isConnected ? current.getBoundingClientRect() : {}
  return bottom > 0 && top < innerHeight ? current : undefined
}

const to = (item) => {
  if (!item) return false
  current = item
  lead(item, { preventScroll: true })
  item.scrollIntoView({ block: 'start' })
  return true
}

const step = (by) => () => {
  const items = [...document.querySelectorAll(TWEETS)].filter((item) => item.checkVisibility())
  const at = items.indexOf(here())
  if (at >= 0) return to(items[at + by])
  return to(items.find((item) => item.getBoundingClientRect().bottom > 80))
}

const press = (selector) => () => {
  const element = here()?.querySelector(selector)
  element?.click()
  return Boolean(element)
}

const click = (selector) => () => {
  const element = document.querySelector(selector)
  element?.click()
  return Boolean(element)
}

const visit = (selector) => () => click(`.nav a${selector}`)()

const top = () => {
  scrollTo({ top: 0 })
  current = undefined
  return true
}

const find = () => {
  const field = document.querySelector('input[type="search"]')
  if (!field) return click('.nav a[href="/search"]')()
  field.focus()
  return true
}

// The window with all of them.
const help = () => {
  if (document.querySelector('dialog[open]')) return true
  const rows = say('keys').map(([key, text]) => {
    const keys = key.split(' ').map((part) => part === '·' ? ' · ' : make('kbd', { textContent: part }))
    return make('div', {}, make('dt', {}, ...keys), make('dd', { textContent: text }))
  })
  const off = make('a', { href: '/settings/appearance', textContent: say('turn_off') })
  show('window keys', say('shortcuts'), make('dl', {}, ...rows), make('p', {}, off))
  return true
}

const open = (event) => {
  // Enter on a link or a button is theirs.
  if (event.target.closest('a, button, summary')) return false
  return press('a.at, .excerpt a')()
}

const PAGES = { PageDown: step(1), PageUp: step(-1) }

const KEYS = {
  j: step(1),
  k: step(-1),
  o: open,
  Enter: open,
  n: click('.nav a[href="/compose"]'),
  c: click('.nav a[href="/compose"]'),
  r: press('.acts a'),
  l: press('.acts .like'),
  f: press('.acts .like'),
  t: press('.acts .rt'),
  p: press('a.who'),
  b: press('.acts .keep'),
  // What is covered is uncovered first.
  e: press('.cover:not([open]) > summary, .pics img'),
  q: press('.acts .menu a'),
  '.': click('#fresh'),
  0: top,
  '/': find,
  '?': help,
  g: () => {
    going = Date.now()
    return true
  },
}

const GO = {
  g: top,
  h: visit('[href="/home"]'),
  e: visit('[href="/explore"]'),
  n: visit('[href="/notifications"]'),
  b: visit('[href="/bookmarks"]'),
  l: visit('[href="/lists"]'),
  p: visit('[href^="/@"]'),
  s: visit('[href="/settings"]'),
}
