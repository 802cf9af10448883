// Remembers how far the home has been read: the newest tweet that was on the screen.

import { fresh } from './fresh.js'

const EVERY_MS = 5000
const MARGIN = '-64px 0px'

// Ids have more digits than a number holds: the longer one is larger, then the later in order.
const isNewer = (a, b) => a.length > b.length || (a.length === b.length && a > b)

export function begin() {
  const feed = document.getElementById('feed')
  if (!feed) return
  let seen = '0'
  let saved = '0'
  let timer = 0

  const save = () => {
    clearTimeout(timer)
    timer = 0
    if (!isNewer(seen, saved)) return
    saved = seen
    const body = new URLSearchParams({ last_read_id: seen })
    // Goes out even if the page is closed meanwhile; whatever becomes of it, the next one says more.
    fetch('/home/position', { method: 'POST', body, keepalive: true }).catch(() => {})
  }

  const observer = new IntersectionObserver(
    (entries) => {
      if (document.visibilityState !== 'visible') return
      for (const { isIntersecting, target } of entries) {
        const id = target.id.slice('tweet-'.length)
        // What the reader posted may stand above what was not fetched yet.
        const isAbove = fresh && isNewer(id, fresh.shown)
        if (isIntersecting && isNewer(id, seen) && !isAbove) seen = id
      }
      if (!timer && isNewer(seen, saved)) timer = setTimeout(save, EVERY_MS)
    },
    { rootMargin: MARGIN },
  )
  const watch = (node) => {
    if (node.nodeType === Node.ELEMENT_NODE && node.matches('article[id^=tweet-]')) {
      observer.observe(node)
    }
  }
  const watchAll = () => {
    observer.disconnect()
    for (const node of feed.children) watch(node)
  }
  watchAll()
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(watch)
  }).observe(feed, { childList: true })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save()
    // What came on the screen while nobody looked is looked at now.
    else watchAll()
  })
}
