// The home, alive: its stream says what is new, and on every page how much is unread.
//
// One tab of the browser holds the stream (a Web Lock says which) and passes on what it hears, so
// that many open tabs do not use up the few connections that a browser has for a site. Each tab
// keeps its own count. When that tab goes, another one takes over from the last id it heard.

import { fresh } from './fresh.js'

const RETRY_MIN_MS = 4000
const RETRY_MAX_MS = 60000
const LEFT = 'left-at'
const LEAVES = /^\/(logout$|settings\/(sessions|delete))/
const NAMES = ['tweet', 'delete', 'unread', 'gap']

export function begin() {
  const badge = document.getElementById('unread')
  // Later pages of the home have no link for what is new, and other lists are not told of.
  const home = fresh?.isTold ? fresh : null
  let last = home?.shown ?? ''

  const take = ({ name, id, data }) => {
    if (id) last = id
    if (name === 'unread') {
      badge.firstElementChild.textContent = data.shown
      badge.hidden = !data.shown
    } else if (name === 'tweet') home?.tweet(data.id)
    else if (name === 'delete') home?.delete(data.id)
    else if (name === 'gap') home?.gap()
  }

  const others = new BroadcastChannel('pipit-live')
  others.addEventListener('message', (event) => take(event.data))

  let source = null
  let timer = 0
  let wait = RETRY_MIN_MS
  const listen = () => {
    const after = last && last !== '0' ? `?above=${last}` : ''
    source = new EventSource(`/home/stream${after}`)
    source.addEventListener('open', () => (wait = RETRY_MIN_MS))
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        const heard = { name, id: event.lastEventId, data: JSON.parse(event.data) }
        take(heard)
        others.postMessage(heard)
      })
    }
    source.addEventListener('error', () => {
      // A browser comes back by itself from a break, but not from a refusal.
      if (source?.readyState !== EventSource.CLOSED) return
      timer = setTimeout(listen, wait + Math.random() * wait)
      wait = Math.min(wait * 2, RETRY_MAX_MS)
    })
  }

  let leaving = null
  let release = null
  const join = () => {
    // Without HTTPS there are no locks: then each tab listens for itself.
    if (!navigator.locks) return listen()
    leaving = new AbortController()
    const { signal } = leaving
    const hold = () => new Promise((done) => {
      release = done
      listen()
    })
    // Refused only where the page was left before its turn came.
    navigator.locks.request('pipit-live', { signal }, hold).catch(() => {})
  }
  // Whoever signs out leaves nothing to go back to: a browser keeps pages whatever it is told.
  document.addEventListener('submit', ({ target }) => {
    if (LEAVES.test(target.getAttribute('action'))) localStorage.setItem(LEFT, Date.now())
  })
  // A page that is left holds nothing, so that the browser can keep it for going back.
  addEventListener('pagehide', () => {
    clearTimeout(timer)
    source?.close()
    leaving?.abort()
    release?.()
    source = release = null
  })
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    if (localStorage.getItem(LEFT) > performance.timeOrigin) {
      document.body.hidden = true
      location.reload()
      return
    }
    join()
    // Another tab may have heard of it.
    home?.look().catch(() => {})
  })
  join()
}
