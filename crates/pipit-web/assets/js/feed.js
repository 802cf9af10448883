// The next page of a list is put below this one before its end is reached. The link to it stays a
// link. Coming back, by the browser's own ways, leads to where one was. To those who do not see it, each
// item says whose it is and where in the list it stands.

import { enhance } from './app.js'
import { isPlain, lead, load } from './dom.js'
import { say } from './say.js'
import { toast } from './over.js'

const ITEMS = 'main article[id]:not(.focus, .above *)'
const KEY = `feed:${location.pathname}${location.search}`
// More is not brought back: that many pages below, one starts again.
const PAGES_MAX = 20

let loaded = 0
let loading = false

// What stands in a list for an item: the item, or what folds it up or says why it is there.
const whole = (item) => item.closest('.folded, .said') ?? item

const next = (root) => root.querySelector('main a[rel="next"]')

// Puts the next page below; whether there was one.
const more = async () => {
  const link = next(document)
  if (!link || loading) return false
  loading = true
  const main = document.querySelector('main')
  const busy = main.querySelector('[role="feed"]') ?? main
  busy.ariaBusy = 'true'
  try {
    const page = await load(link.href)
    const items = [...page.querySelectorAll(ITEMS)].filter((item) => !document.getElementById(item.id))
    const part = document.createDocumentFragment()
    part.append(...items.map(whole))
    const wasFocused = document.activeElement === link
    const [first] = items
    const last = [...document.querySelectorAll(ITEMS)].at(-1)
    whole(last).after(part)
    link.parentElement.replaceWith(next(page)?.parentElement ?? page.querySelector('main .end') ?? '')
    if (wasFocused && first) lead(first, { preventScroll: true })
    loaded += 1
    enhance(main)
    watch()
    return true
  } catch {
    // The link is still there: it can be pressed.
    toast(say('unreachable'))
    return false
  } finally {
    busy.ariaBusy = 'false'
    loading = false
  }
}

const observer = new IntersectionObserver(
  (entries) => entries.some((entry) => entry.isIntersecting) && more(),
  { rootMargin: '0px 0px 900px' },
)

const watch = () => {
  const link = next(document)
  observer.disconnect()
  if (link) observer.observe(link)
}

// Where the reader is: the first item below the bar, and how far below.
const place = () => {
  for (const item of document.querySelectorAll(ITEMS)) {
    const { top, bottom } = item.getBoundingClientRect()
    if (bottom > 60) return { id: item.id, top }
  }
}

const keep = () => {
  if (scrollY === 0) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, JSON.stringify({ loaded, ...place() }))
}

const restore = async () => {
  const [navigation] = performance.getEntriesByType('navigation')
  const kept = JSON.parse(sessionStorage.getItem(KEY))
  if (!kept || !['back_forward', 'reload'].includes(navigation?.type) || location.hash) return
  history.scrollRestoration = 'manual'
  for (let n = 0; n < Math.min(kept.loaded, PAGES_MAX); n += 1) {
    if (!(await more())) break
  }
  const item = document.getElementById(kept.id)
  if (item) scrollBy({ top: item.getBoundingClientRect().top - kept.top, behavior: 'instant' })
}

export const start = () => {
  const home = document.getElementById('feed')
  // Empty, it is no feed yet.
  if (home?.querySelector('article')) home.role = 'feed'
  for (const feed of document.querySelectorAll('[role="feed"]')) {
    [...feed.querySelectorAll('article[id]')].forEach((item, n) => {
      const who = item.querySelector('.who')
      if (who) who.id ||= `who-${item.id}`
      item.setAttribute('aria-labelledby', who?.id ?? '')
      item.ariaPosInSet = n + 1
      // Nobody knows how many there are.
      item.ariaSetSize = -1
    })
  }
}

export const begin = async () => {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[rel="next"]')
    if (!link || !isPlain(event)) return
    event.preventDefault()
    more()
  })
  addEventListener('pagehide', keep)
  await restore()
  watch()
}
