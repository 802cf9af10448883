// What is new on a list of tweets: counted, and shown when the reader asks; never moves the reader. Home
// is told of it by its stream; other lists are asked now and then, while somebody looks at them.

import { enhance } from './app.js'
import { isPlain, lead, load, make } from './dom.js'
import { say } from './say.js'

const EVERY_MS = 30000

const link = document.getElementById('fresh')

const idsOf = (root) => [...root.querySelectorAll('article[id^="tweet-"]')].map(({ id }) => id.slice(6))

class Fresh {
  #feed = document.querySelector('#feed, [role="feed"]')
  #status = document.getElementById('fresh-status')
  #refresh = link.textContent
  #title = document.title
  #waiting = new Set()
  #more = false
  // Home is told what is new; other lists ask.
  isTold = link.dataset.new === '/home/new'
  // The newest tweet that came with the page or was fetched since: what is new is above it. What the
  // reader posts stands higher, perhaps above others that were not fetched yet.
  shown = idsOf(this.#feed ?? link)[0] ?? '0'

  constructor() {
    link.addEventListener('click', (event) => this.#open(event))
    this.#feed?.addEventListener('click', (event) => this.#fill(event))
  }

  // What is above a tweet, as it is to be put into the page.
  async #above(id) {
    return (await load(`${link.dataset.new}?above=${id}`)).body
  }

  // Asks what is new, and counts it.
  async look() {
    const { shown } = this
    const tweets = await this.#above([...this.#waiting].at(-1) ?? shown)
    // Meanwhile it may have been opened.
    if (shown !== this.shown) return
    for (const id of idsOf(tweets).reverse()) this.tweet(id)
    if (tweets.querySelector('.gap')) this.gap()
  }

  tweet(id) {
    this.#waiting.add(id)
    this.tell()
  }

  delete(id) {
    this.#waiting.delete(id)
    const tweet = document.getElementById(`tweet-${id}`)
    if (tweet && this.#feed.contains(tweet)) {
      // What the reader sees does not move: its place stays, empty of words.
      tweet.style.minBlockSize = `${tweet.getBoundingClientRect().height}px`
      tweet.replaceChildren(make('p', { className: 'to' }, say(tweet.querySelector('.why') ? 'gone' : 'deleted')))
    }
    this.tell()
  }

  gap() {
    this.#more = true
    this.tell()
  }

  tell() {
    // The reader's own are there already.
    for (const id of this.#waiting) if (document.getElementById(`tweet-${id}`)) this.#waiting.delete(id)
    const count = this.#waiting.size
    const any = count > 0 || this.#more
    const number = this.#more ? `${count}+` : count
    link.classList.toggle('on', any)
    link.textContent = any ? say(number === 1 ? 'one_new' : 'many_new', number) : this.#refresh
    document.title = any ? `(${number}) ${this.#title}` : this.#title
    // Said once, not with every tweet.
    const said = any ? say('some_new') : ''
    if (this.#status.textContent !== said) this.#status.textContent = said
  }

  // Has tweets put into the page, without those that it already shows. Whoever is led to them by a
  // keyboard or a voice is where they begin, or where they would.
  #put(tweets, put, otherwise) {
    for (const id of idsOf(tweets)) {
      const known = document.getElementById(`tweet-${id}`) && tweets.querySelector(`#tweet-${id}`)
      if (known) (known.closest('.folded') ?? known).remove()
    }
    const first = tweets.querySelector('article')
    put(...tweets.childNodes)
    enhance(this.#feed.parentElement)
    if (first) document.querySelector('main .empty')?.remove()
    const at = first ?? otherwise
    if (at) lead(at)
  }

  async #open(event) {
    if (!isPlain(event)) return
    event.preventDefault()
    const waiting = [...this.#waiting]
    try {
      const fetched = await this.#above(this.shown)
      this.shown = idsOf(fetched)[0] ?? this.shown
      const top = this.#feed.querySelector('article')
      this.#put(fetched, (...tweets) => this.#feed.prepend(...tweets), top)
      for (const id of waiting) this.#waiting.delete(id)
      this.#more = false
      this.tell()
    } catch {
      // As without a script.
      location.assign(link.href)
    }
  }

  async #fill(event) {
    const way = event.target.closest('a[data-fill]')
    if (!way || !isPlain(event)) return
    event.preventDefault()
    way.ariaBusy = 'true'
    try {
      const { body } = await load(way.dataset.fill)
      const gap = way.closest('.gap')
      this.#put(body, (...tweets) => gap.replaceWith(...tweets), gap.nextElementSibling)
    } catch {
      location.assign(way.href)
    }
  }
}

export const fresh = link && new Fresh()

export const start = () => fresh.tell()

export const begin = () => {
  if (fresh.isTold) return
  let asked = Date.now()
  const ask = (event) => {
    const isSoon = event && Date.now() - asked < EVERY_MS
    if (document.hidden || isSoon) return
    asked = Date.now()
    // Asked again, later; that one is offline is said elsewhere.
    fresh.look().catch(() => {})
  }
  setInterval(ask, EVERY_MS)
  document.addEventListener('visibilitychange', ask)
}
