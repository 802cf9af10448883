// The home, alive. Counts what is new and shows it when the reader asks; never moves the reader.
//
// One tab of the browser holds the stream (a Web Lock says which) and passes on what it hears, so
// that many open tabs do not use up the few connections that a browser has for a site. Each tab
// keeps its own count. When that tab goes, another one takes over from the last id it heard.

import { enhance } from './app.js'
import { make, parse } from './dom.js'

const RETRY_MIN_MS = 4000
const RETRY_MAX_MS = 60000
const NAMES = ['tweet', 'delete', 'unread', 'gap']

async function fetchFragment(address) {
  const response = await fetch(address, { headers: { accept: 'text/html' } })
  if (!response.ok || response.redirected) throw new Error(String(response.status))
  const fragment = document.createDocumentFragment()
  fragment.append(...parse(await response.text()).body.childNodes)
  return document.adoptNode(fragment)
}

// What the page already shows is not put into it again.
function withoutKnown(fragment) {
  for (const tweet of fragment.querySelectorAll('article[id]')) {
    if (document.getElementById(tweet.id)) tweet.remove()
  }
  return fragment
}

function focus(element) {
  if (!element) return
  element.tabIndex = -1
  element.focus()
}

class Badge {
  #element = document.getElementById('unread')

  show(shown) {
    if (!this.#element) return
    this.#element.firstElementChild.textContent = shown
    this.#element.hidden = shown === ''
  }
}

class Home {
  #feed
  #words
  #link = document.getElementById('fresh')
  #status = document.getElementById('fresh-status')
  #refresh = this.#link.textContent
  #title = document.title
  #waiting = new Set()
  #more = false

  constructor(feed, words) {
    this.#feed = feed
    this.#words = words
    this.#link.addEventListener('click', (event) => this.#open(event))
    feed.addEventListener('click', (event) => this.#fill(event))
  }

  // The newest tweet that the page shows: what is new is above it.
  newest() {
    return this.#feed.querySelector('article[id^=tweet-]')?.id.slice('tweet-'.length) ?? '0'
  }

  tweet(id) {
    if (!document.getElementById(`tweet-${id}`)) this.#waiting.add(id)
    this.#tell()
  }

  delete(id) {
    this.#waiting.delete(id)
    const tweet = document.getElementById(`tweet-${id}`)
    if (tweet && this.#feed.contains(tweet)) {
      // What the reader sees does not move: its place stays, empty of words.
      tweet.style.minBlockSize = `${tweet.getBoundingClientRect().height}px`
      tweet.replaceChildren(make('p', { className: 'to' }, this.#words.deleted))
    }
    this.#tell()
  }

  gap() {
    this.#more = true
    this.#tell()
  }

  #tell() {
    const count = this.#waiting.size
    const any = count > 0 || this.#more
    const number = this.#more ? `${count}+` : String(count)
    this.#link.classList.toggle('on', any)
    const shown = number === '1' ? this.#words.one_new : this.#words.many_new
    this.#link.textContent = any ? shown.replace('{}', number) : this.#refresh
    document.title = any ? `(${number}) ${this.#title}` : this.#title
    // Said once, not with every tweet.
    const said = any ? this.#words.some_new : ''
    if (this.#status.textContent !== said) this.#status.textContent = said
  }

  async #open(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    const waiting = new Set(this.#waiting)
    try {
      const fragment = withoutKnown(await fetchFragment(`/home/new?above=${this.newest()}`))
      const first = fragment.querySelector('article')
      this.#feed.prepend(fragment)
      enhance(this.#feed.parentElement)
      for (const id of waiting) this.#waiting.delete(id)
      this.#more = false
      this.#tell()
      if (first) focus(first)
      else globalThis.scrollTo({ top: 0 })
    } catch {
      // As without a script.
      location.assign(this.#link.href)
    }
  }

  async #fill(event) {
    const link = event.target.closest('a[data-fill]')
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    link.setAttribute('aria-busy', 'true')
    try {
      const fragment = withoutKnown(await fetchFragment(link.dataset.fill))
      const first = fragment.querySelector('article')
      link.closest('.gap').replaceWith(fragment)
      enhance(this.#feed.parentElement)
      focus(first)
    } catch {
      location.assign(link.href)
    }
  }
}

export async function start(root) {
  if (root !== document) return
  const { default: words } = await import(`./words.${document.documentElement.lang}.js`)
  const badge = new Badge()
  const feed = document.getElementById('feed')
  // Later pages of the home have no link for what is new.
  const home = feed && document.getElementById('fresh') ? new Home(feed, words) : null
  let last = home?.newest() ?? ''

  const take = ({ name, id, data }) => {
    if (id) last = id
    if (name === 'unread') badge.show(data.shown)
    else if (name === 'tweet') home?.tweet(data.id)
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
    const hold = () => new Promise((done) => ((release = done), listen()))
    // Refused only where the page was left before its turn came.
    navigator.locks.request('pipit-live', { signal }, hold).catch(() => {})
  }
  // A page that is left holds nothing, so that the browser can keep it for going back.
  globalThis.addEventListener('pagehide', () => {
    clearTimeout(timer)
    source?.close()
    leaving?.abort()
    release?.()
    source = release = null
  })
  globalThis.addEventListener('pageshow', (event) => event.persisted && join())
  join()
}
