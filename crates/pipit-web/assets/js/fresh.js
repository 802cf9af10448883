// What is new on a list of tweets: counted, and shown when the reader asks; never moves the reader. Home
// is told of it by its stream; other lists are asked now and then, while somebody looks at them.

import { enhance } from './app.js'
import { isPlain, load, make } from './dom.js'
import { say } from './say.js'

const EVERY_MS = 30000

const idsOf = (root) => [...root.querySelectorAll('article[id^="tweet-"]')].map(({ id }) => id.slice(6))

export class Fresh {
  #feed = document.querySelector('#feed, [role="feed"]')
  #link = document.getElementById('fresh')
  #status = document.getElementById('fresh-status')
  #refresh = this.#link.textContent
  #title = document.title
  #waiting = new Set()
  #more = false

  constructor() {
    this.#link.addEventListener('click', (event) => this.#open(event))
    this.#feed?.addEventListener('click', (event) => this.#fill(event))
  }

  // The newest tweet that the page shows: what is new is above it.
  newest() {
    return idsOf(this.#feed ?? this.#link)[0] ?? '0'
  }

  // What is above a tweet, as it is to be put into the page.
  async above(id) {
    return (await load(`${this.#link.dataset.new}?above=${id}`)).body
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
      tweet.replaceChildren(make('p', { className: 'to' }, say('deleted')))
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
    const number = this.#more ? `${count}+` : count
    this.#link.classList.toggle('on', any)
    this.#link.textContent = any ? say(number === 1 ? 'one_new' : 'many_new', number) : this.#refresh
    document.title = any ? `(${number}) ${this.#title}` : this.#title
    // Said once, not with every tweet.
    const said = any ? say('some_new') : ''
    if (this.#status.textContent !== said) this.#status.textContent = said
  }

  // Has tweets put into the page, without those that it already shows. Whoever is led to them by a
  // keyboard or a voice is where they begin.
  #put(tweets, put) {
    for (const id of idsOf(tweets)) {
      const name = `tweet-${id}`
      if (document.getElementById(name)) tweets.querySelector(`#${name}`).remove()
    }
    const first = tweets.querySelector('article')
    put(...tweets.childNodes)
    enhance(this.#feed.parentElement)
    if (!first) return false
    first.tabIndex = -1
    first.focus()
    return true
  }

  async #open(event) {
    if (!isPlain(event)) return
    event.preventDefault()
    const waiting = [...this.#waiting]
    try {
      const isAny = this.#put(await this.above(this.newest()), (...tweets) => this.#feed.prepend(...tweets))
      if (!isAny) scrollTo({ top: 0 })
      for (const id of waiting) this.#waiting.delete(id)
      this.#more = false
      this.#tell()
    } catch {
      // As without a script.
      location.assign(this.#link.href)
    }
  }

  async #fill(event) {
    const link = event.target.closest('a[data-fill]')
    if (!link || !isPlain(event)) return
    event.preventDefault()
    link.ariaBusy = 'true'
    try {
      const { body } = await load(link.dataset.fill)
      this.#put(body, (...tweets) => link.closest('.gap').replaceWith(...tweets))
    } catch {
      location.assign(link.href)
    }
  }
}

export const begin = () => {
  const fresh = new Fresh()
  let known = fresh.newest()
  let asked = Date.now()
  const ask = async (event) => {
    const isSoon = event && Date.now() - asked < EVERY_MS
    if (document.hidden || isSoon) return
    asked = Date.now()
    try {
      const tweets = await fresh.above(known)
      const ids = idsOf(tweets)
      ids.forEach((id) => fresh.tweet(id))
      if (tweets.querySelector('.gap')) fresh.gap()
      known = ids[0] ?? known
    } catch {
      // Asked again, later; that one is offline is said elsewhere.
    }
  }
  setInterval(ask, EVERY_MS)
  document.addEventListener('visibilitychange', ask)
}
